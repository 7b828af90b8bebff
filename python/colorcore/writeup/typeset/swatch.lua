-- A span of class `swatch` becomes a small patch of its colour, outlined so that white and black
-- show on any page. Used by both renderers.

function Span(span)
  if not span.classes:includes("swatch") then
    return nil
  end
  local color = span.attributes.color
  if FORMAT:match("html") then
    local style = "background:" .. color
    return pandoc.RawInline("html", '<span class="swatch" style="' .. style .. '"></span>')
  elseif FORMAT == "typst" then
    local box = '#box(width: 0.75em, height: 0.75em, baseline: 0.05em, fill: rgb("%s"), stroke: 0.3pt + gray)'
    return pandoc.RawInline("typst", box:format(color))
  end
end
