-- What Quarto adds to Markdown and the text uses, for Pandoc alone: numbered figures, tables,
-- equations and sections with references to them, content for one format only, and callouts.
-- Variables and includes are in place before Pandoc reads the text.

local kinds = { fig = "Figure", tbl = "Table", eq = "Equation", sec = "Section" }
local counts = { fig = 0, tbl = 0, eq = 0 }
local labels = {} -- identifier → the number that a reference shows
local html = FORMAT:match("html") ~= nil

local function kind_of(identifier)
  local kind = identifier:match("^(%a+)%-")
  return kinds[kind] and kind or nil
end

local function number(identifier)
  local kind = kind_of(identifier)
  counts[kind] = counts[kind] + 1
  labels[identifier] = tostring(counts[kind])
  return labels[identifier]
end

-- Sections are numbered as Pandoc numbers them.
local depth = {}
local function Header(header)
  if header.classes:includes("unnumbered") then
    return nil
  end
  for level = header.level + 1, 6 do
    depth[level] = nil
  end
  depth[header.level] = (depth[header.level] or 0) + 1
  local parts = {}
  for level = 1, header.level do
    parts[level] = tostring(depth[level] or 0)
  end
  labels[header.identifier] = table.concat(parts, ".")
end

-- A div whose identifier names a figure or table: its last paragraph is the caption.
local function float(div, kind)
  local blocks = div.content
  local caption = blocks:remove(#blocks)
  local title = pandoc.Inlines(kinds[kind] .. "\u{a0}" .. number(div.identifier) .. ": ")
  local text = title .. caption.content
  if html then
    local figure = pandoc.Blocks({ pandoc.RawBlock("html", '<figure id="' .. div.identifier .. '" class="' .. kind .. '">') })
    local place = pandoc.Blocks({
      pandoc.RawBlock("html", "<figcaption>"), pandoc.Plain(text), pandoc.RawBlock("html", "</figcaption>"),
    })
    if kind == "tbl" then
      blocks = pandoc.Blocks({ pandoc.Div(blocks, { class = "scroll" }) })
    end
    figure:extend(kind == "tbl" and place or blocks)
    figure:extend(kind == "tbl" and blocks or place)
    figure:insert(pandoc.RawBlock("html", "</figure>"))
    return figure
  end
  local figure = pandoc.Blocks({ pandoc.RawBlock("typst", "#float(above: " .. tostring(kind == "tbl") .. ")[") })
  figure:extend(blocks)
  figure:insert(pandoc.RawBlock("typst", "]["))
  figure:insert(pandoc.Plain(text))
  figure:insert(pandoc.RawBlock("typst", "] <" .. div.identifier .. ">"))
  return figure
end

local function content_visible(div)
  if div.classes:includes("content-visible") then
    local wanted, unwanted = div.attributes["when-format"], div.attributes["unless-format"]
    local format = html and "html" or "typst"
    local shown = (wanted == nil or wanted == format) and unwanted ~= format
    return shown and div.content or {}
  end
end

local function Div(div)
  local kind = kind_of(div.identifier)
  if kind == "fig" or kind == "tbl" then
    return float(div, kind)
  end
  local callout = div.classes:find_if(function(name) return name:match("^callout%-") end)
  if callout and not html then
    div.content:insert(1, pandoc.RawBlock("typst", "#callout["))
    div.content:insert(pandoc.RawBlock("typst", "]"))
    return div.content
  end
end

-- $$ … $$ {#eq-name}: Pandoc reads the braces as text after the formula.
local function Para(paragraph)
  local last = paragraph.content[#paragraph.content]
  local identifier = last and last.t == "Str" and last.text:match("^{#(eq%-[%w-]+)}$")
  if not identifier then
    return nil
  end
  local formula = paragraph.content:find_if(function(inline) return inline.t == "Math" end)
  local count = number(identifier)
  if html then
    return {
      pandoc.RawBlock("html", '<div class="equation" id="' .. identifier .. '">'),
      pandoc.RawBlock("html", '<div class="formula">'),
      pandoc.Plain({ formula }),
      pandoc.RawBlock("html", '</div><span class="number">(' .. count .. ")</span></div>"),
    }
  end
  return {
    pandoc.RawBlock("typst", "#numbered(" .. count .. ")["),
    pandoc.Plain({ formula }),
    pandoc.RawBlock("typst", "] <" .. identifier .. ">"),
  }
end

local function Image(image)
  image.attributes.alt = image.attributes["fig-alt"]
  image.attributes["fig-alt"] = nil
  if html then
    return image
  end
  return pandoc.RawInline("typst", ('#image("%s", alt: %q)'):format(image.src, image.attributes.alt or ""))
end

local function Cite(cite)
  local identifier = cite.citations[1].id
  local kind = kind_of(identifier)
  if not kind then
    return nil
  end
  local count = labels[identifier] or error("no target for @" .. identifier)
  return pandoc.Link(kinds[kind] .. "\u{a0}" .. count, "#" .. identifier)
end

return {
  { Header = Header, Image = Image, Div = content_visible },
  { traverse = "topdown", Div = Div, Para = Para },
  { Cite = Cite },
}
