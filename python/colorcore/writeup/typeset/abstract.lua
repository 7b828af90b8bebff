-- A div of class `abstract`, which can stand behind a picture, where metadata has it before all: set
-- apart in the PDF as it is in HTML. Used by both renderers.

function Div(div)
  if FORMAT == "typst" and div.classes:includes("abstract") then
    div.content:insert(1, pandoc.RawBlock("typst", "#pad(x: 10mm, block[#set text(size: 9.5pt)"))
    div.content:insert(pandoc.RawBlock("typst", "])"))
    return div.content
  end
end
