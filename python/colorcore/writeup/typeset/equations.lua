-- The number of an equation, which Quarto writes into the formula, apart from it, so that it can
-- stand at the margin.

function Span(span)
  local math = span.content[1]
  if not (FORMAT:match("html") and span.identifier:match("^eq%-") and math and math.t == "Math") then
    return nil
  end
  local formula, number = math.text:match("^(.-)%s*\\qquad(%(%d+%))%s*$")
  if not formula then
    return nil
  end
  span.classes:insert("equation")
  span.content = {
    pandoc.Span({ pandoc.Math("DisplayMath", formula) }, { class = "formula" }),
    pandoc.Span({ pandoc.Str(number) }, { class = "number" }),
  }
  return span
end
