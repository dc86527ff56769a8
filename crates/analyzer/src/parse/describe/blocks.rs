//! Lines of a description as a tree by indentation.

use crate::source::Span;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 40;

/// Blocks at the top whose lines are no keys: lists of pairs and tables.
const RAW: &[&str] =
    &["Labels", "Annotations", "Taints", "Node-Selectors", "Tolerations", "Conditions", "Events", "Readiness Gates"];

/// A piece of text with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'t> {
    /// Text without blanks around it.
    pub(super) text: &'t str,
    /// Its bytes.
    pub(super) span: Span,
}

/// A line with what is indented below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block<'t> {
    indent: usize,
    /// Before the colon; none for list items.
    pub(super) key: Option<Part<'t>>,
    /// Behind the colon, or the list item.
    pub(super) value: Option<Part<'t>>,
    /// A value was printed though it is empty.
    pub(super) padded: bool,
    /// Indices of the blocks below.
    pub(super) children: Vec<usize>,
    /// Lines below a block that holds no keys.
    pub(super) lines: Vec<Part<'t>>,
}

/// One described object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Described<'t> {
    /// All blocks.
    blocks: Vec<Block<'t>>,
    /// Indices of those at the top.
    roots: Vec<usize>,
    /// All its lines.
    pub(super) span: Span,
}

impl<'t> Described<'t> {
    /// The blocks at the top.
    pub(super) fn top(&self) -> impl Iterator<Item = &Block<'t>> {
        self.roots.iter().filter_map(|index| self.blocks.get(*index))
    }

    /// The block at the top with this key.
    pub(super) fn root(&self, key: &str) -> Option<&Block<'t>> {
        self.top().find(|block| block.is(key))
    }

    /// The blocks below a block.
    pub(super) fn below<'a>(&'a self, block: &'a Block<'t>) -> impl Iterator<Item = &'a Block<'t>> {
        block.children.iter().filter_map(|index| self.blocks.get(*index))
    }

    /// The block below a block with this key.
    pub(super) fn child<'a>(&'a self, block: &'a Block<'t>, key: &str) -> Option<&'a Block<'t>> {
        self.below(block).find(|child| child.is(key))
    }
}

impl Block<'_> {
    /// True for the block of this key.
    pub(super) fn is(&self, key: &str) -> bool {
        self.key.is_some_and(|own| own.text == key)
    }
}

/// Splits `Key:  value`; the colon is followed by at least two blanks or by nothing. Returns the key and
/// where the rest starts.
fn split(line: &str) -> Option<(&str, usize)> {
    memchr::memchr_iter(b':', line.as_bytes()).find_map(|at| {
        let rest = line.get(at + 1..)?;
        let ends = rest.is_empty() || rest.starts_with("  ") || rest.starts_with('\t') || rest.trim().is_empty();
        let key = line.get(..at)?;
        (ends && !key.trim().is_empty()).then_some((key, at + 1))
    })
}

/// Text without blanks, placed: `base` is where `text` starts in the entry.
fn part(text: &str, base: usize) -> Option<Part<'_>> {
    let trimmed = text.trim();
    let start = base.saturating_add(text.len() - text.trim_start().len());
    (!trimmed.is_empty()).then(|| Part { text: trimmed, span: Span::new(start, start + trimmed.len()) })
}

/// Cuts a text into the objects that it describes. Each starts with `Name:` at the start of a line.
pub(super) fn read(text: &str) -> Vec<Described<'_>> {
    let mut objects: Vec<Described<'_>> = Vec::new();
    let mut stack: Vec<usize> = Vec::new();
    let mut ended = true;
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let base = start;
        start += raw.len();
        let line = raw.trim_end_matches(['\n', '\r']);
        if line.trim().is_empty() {
            continue;
        }
        if line.strip_prefix("Name:").is_some_and(|rest| rest.starts_with("  ") || rest.starts_with('\t')) {
            objects.push(Described { span: Span::new(base, base), ..Described::default() });
            stack.clear();
            ended = false;
        }
        // Section titles and prompts end an object.
        if ["===", "---", "```", "$ ", "# "].iter().any(|mark| line.starts_with(mark))
            || line.contains("kubectl ") && !line.starts_with(' ')
        {
            // A certificate printed inside a value starts with dashes too.
            ended |= !line.starts_with("-----");
            continue;
        }
        let Some(object) = objects.last_mut().filter(|_| !ended) else {
            continue;
        };
        object.span.end = Span::new(base, base + line.len()).end;
        add(object, &mut stack, line, base);
    }
    objects
}

/// Puts one line into the object.
fn add<'t>(object: &mut Described<'t>, stack: &mut Vec<usize>, line: &'t str, base: usize) {
    let indent = line.len() - line.trim_start().len();
    let root = stack.first().and_then(|index| object.blocks.get_mut(*index));
    if let Some(root) = root
        && indent > 0
        && root.key.is_some_and(|key| RAW.contains(&key.text))
    {
        let content = line.get(indent..).unwrap_or("").trim_end();
        let span = Span::new(base + indent, base + indent + content.len());
        root.lines.push(Part { text: content, span });
        return;
    }
    let index = object.blocks.len();
    let block = match split(line) {
        Some((key, rest)) => Block {
            indent,
            key: part(key, base),
            value: line.get(rest..).and_then(|value| part(value, base + rest)),
            padded: line.len() > rest,
            children: Vec::new(),
            lines: Vec::new(),
        },
        None => {
            Block { indent, key: None, value: part(line, base), padded: false, children: Vec::new(), lines: Vec::new() }
        }
    };
    if block.key.is_none() {
        // An item stands two blanks deeper than its list; anything else continues a text of many lines.
        let parent = stack
            .iter()
            .rev()
            .find(|index| object.blocks.get(**index).is_some_and(|parent| parent.indent < indent))
            .copied();
        if let Some(parent) = parent.and_then(|parent| object.blocks.get_mut(parent))
            && parent.value.is_none()
            && parent.indent + 2 == indent
        {
            parent.children.push(index);
            object.blocks.push(block);
        }
        return;
    }
    while stack.last().is_some_and(|top| object.blocks.get(*top).is_none_or(|top| top.indent >= indent)) {
        stack.pop();
    }
    if stack.len() >= MAX_DEPTH {
        return;
    }
    match stack.last().and_then(|parent| object.blocks.get_mut(*parent)) {
        Some(parent) => parent.children.push(index),
        None if indent == 0 => object.roots.push(index),
        None => return,
    }
    object.blocks.push(block);
    stack.push(index);
}

/// Cuts the lines of a small table at the starts of its header's words (two blanks apart). The line of
/// dashes below the header is left out.
pub(super) fn table<'t>(lines: &[Part<'t>]) -> Vec<Vec<Part<'t>>> {
    let Some((header, rows)) = lines.split_first() else {
        return Vec::new();
    };
    let mut starts: Vec<usize> = Vec::new();
    let mut blanks = 2;
    for (column, c) in header.text.chars().enumerate() {
        if c == ' ' {
            blanks += 1;
        } else {
            if blanks >= 2 {
                starts.push(column);
            }
            blanks = 0;
        }
    }
    rows.iter()
        .filter(|row| !row.text.starts_with("---"))
        .map(|row| {
            // All rows are indented like the header, so offsets agree.
            let mut cuts: Vec<usize> = Vec::with_capacity(starts.len() + 1);
            let mut next = starts.iter().peekable();
            for (column, (at, _)) in row.text.char_indices().enumerate() {
                if next.peek().is_some_and(|start| **start == column) {
                    cuts.push(at);
                    next.next();
                }
            }
            cuts.push(row.text.len());
            let base = row.span.start as usize;
            let empty = Part { text: "", span: row.span };
            let mut cells: Vec<Part<'t>> = cuts
                .windows(2)
                .map(|cut| match cut {
                    [from, to] => row.text.get(*from..*to).and_then(|text| part(text, base + from)).unwrap_or(empty),
                    _ => empty,
                })
                .collect();
            cells.resize(starts.len(), empty);
            cells
        })
        .collect()
}
