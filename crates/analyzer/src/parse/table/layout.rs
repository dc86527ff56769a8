//! Headers and rows.

use super::{Cell, Column, Row};
use crate::source::Span;

/// Most columns of a table; longer headers are no tables.
const MAX_COLUMNS: usize = 64;

/// Header texts with a space in them.
const TWO_WORDS: &[&str] =
    &["LAST SEEN", "FIRST SEEN", "NOMINATED NODE", "READINESS GATES", "NODE SELECTOR", "CREATED AT"];

/// How rows are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// At the header's offsets.
    Offsets,
    /// At tabs.
    Tabs,
    /// At blanks: somebody squeezed them.
    Words,
}

/// A run of text in a line.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// First byte in the line.
    start: usize,
    /// One past the last byte.
    end: usize,
    /// First character in the line.
    column: usize,
}

/// Runs of text with gaps of at least `gap` blanks between them.
fn pieces(line: &str, gap: usize) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut blanks = usize::MAX;
    for (column, (at, c)) in line.char_indices().enumerate() {
        if c.is_whitespace() {
            blanks = blanks.saturating_add(1);
            continue;
        }
        let end = at + c.len_utf8();
        match pieces.last_mut() {
            Some(last) if blanks < gap => last.end = end,
            _ => pieces.push(Piece { start: at, end, column }),
        }
        blanks = 0;
    }
    pieces
}

/// Cells between tabs, in order, blank ones too.
fn tabbed(line: &str) -> Vec<Piece> {
    let (mut start, mut column) = (0, 0);
    line.split('\t')
        .map(|cell| {
            let lead = cell.len() - cell.trim_start().len();
            let piece = Piece { start: start + lead, end: start + lead + cell.trim().len(), column };
            start += cell.len() + 1;
            column += cell.chars().count() + 1;
            piece
        })
        .collect()
}

/// True for the text of a column header.
fn is_header_text(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_uppercase()) && !text.chars().any(|c| c.is_lowercase() || c == '=')
}

/// Joins header words that belong together.
fn join_words(line: &str, words: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for word in words {
        if let Some(last) = joined.last_mut()
            && line.get(last.start..word.end).is_some_and(|both| TWO_WORDS.contains(&both))
        {
            last.end = word.end;
        } else {
            joined.push(word);
        }
    }
    joined
}

/// Reads a header line that starts at byte `base`.
pub(super) fn header(line: &str, base: usize) -> Option<(Vec<Column<'_>>, Layout)> {
    let trimmed = line.trim_start();
    if !["NAME", "LAST SEEN"].iter().any(|first| trimmed.starts_with(first)) {
        return None;
    }
    let (pieces, layout) = if line.contains('\t') {
        (tabbed(line), Layout::Tabs)
    } else {
        match pieces(line, 2) {
            one if one.len() == 1 => (join_words(line, pieces(line, 1)), Layout::Words),
            many => (many, Layout::Offsets),
        }
    };
    if pieces.len() < 2 || pieces.len() > MAX_COLUMNS {
        return None;
    }
    let mut columns = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        let name = line.get(piece.start..piece.end)?;
        if !is_header_text(name) {
            return None;
        }
        let end = pieces.get(index + 1).map_or(usize::MAX, |next| next.column);
        let span = Span::new(base.saturating_add(piece.start), base.saturating_add(piece.end));
        columns.push(Column { name, start: piece.column, end, span });
    }
    let first = columns.first()?.name;
    let named = columns.iter().any(|column| column.name == "NAME" || column.name == "OBJECT");
    (named && matches!(first, "NAME" | "NAMESPACE" | "LAST SEEN")).then_some((columns, layout))
}

/// Reads a row; none where the line cannot be one.
pub(super) fn row<'t>(line: &'t str, base: usize, columns: &[Column<'_>], layout: Layout) -> Option<Row<'t>> {
    let (assigned, shifted) = match layout {
        Layout::Offsets => match at_offsets(line, columns) {
            Some(cells) => (cells, false),
            None => (by_gaps(line, columns)?, true),
        },
        Layout::Tabs => {
            let cells = tabbed(line);
            if cells.len() > columns.len() {
                return None;
            }
            (cells.into_iter().enumerate().collect(), false)
        }
        Layout::Words => (by_words(line, columns)?, true),
    };
    let cells: Vec<Cell<'t>> = assigned
        .into_iter()
        .filter_map(|(column, piece)| {
            let text = line.get(piece.start..piece.end)?;
            let span = Span::new(base.saturating_add(piece.start), base.saturating_add(piece.end));
            (!text.is_empty()).then_some(Cell { column, text, span })
        })
        .collect();
    let row = Row { cells, span: Span::new(base, base.saturating_add(line.len())), shifted };
    is_row(&row, columns).then_some(row)
}

/// A row names its object; prose does not.
fn is_row(row: &Row<'_>, columns: &[Column<'_>]) -> bool {
    let cell = |name: &str| {
        let column = columns.iter().position(|column| column.name == name)?;
        row.cell(column).map(|cell| cell.text)
    };
    let word = |text: &str| !text.contains(char::is_whitespace);
    let event = columns.iter().any(|column| column.name == "OBJECT");
    let named = if event {
        cell("OBJECT").is_some_and(|object| word(object) && object.contains('/')) && cell("REASON").is_some()
    } else {
        cell("NAME").is_some_and(word)
    };
    named && cell("NAMESPACE").is_none_or(word)
}

/// Cuts at the header's offsets; none unless every cell starts exactly at its column.
fn at_offsets(line: &str, columns: &[Column<'_>]) -> Option<Vec<(usize, Piece)>> {
    let mut cells: Vec<(usize, Piece)> = Vec::new();
    let mut next = 0;
    // Blanks right before the present character.
    let mut blanks = usize::MAX;
    for (at_column, (at, c)) in line.char_indices().enumerate() {
        let starts = columns.get(next).is_some_and(|column| column.start == at_column);
        next += usize::from(starts);
        if c.is_whitespace() {
            if starts && blanks == 0 {
                return None;
            }
            blanks = blanks.saturating_add(1);
            continue;
        }
        let index = next.checked_sub(1)?;
        let end = at + c.len_utf8();
        if starts {
            if blanks < 2 {
                return None;
            }
            cells.push((index, Piece { start: at, end, column: at_column }));
        } else {
            match cells.last_mut() {
                Some((column, piece)) if *column == index => piece.end = end,
                _ => return None,
            }
        }
        blanks = 0;
    }
    Some(cells)
}

/// Assigns the pieces of a shifted row: one to one where the counts agree, else each to the nearest
/// column that leaves enough columns for the rest.
fn by_gaps(line: &str, columns: &[Column<'_>]) -> Option<Vec<(usize, Piece)>> {
    let mut found = pieces(line, 3);
    if found.len() < columns.len() {
        let closer = pieces(line, 2);
        if closer.len() == columns.len() {
            found = closer;
        }
    }
    if found.len() < 2 || found.len() > columns.len() {
        return None;
    }
    let mut cells = Vec::with_capacity(found.len());
    let mut from = 0;
    for (index, piece) in found.iter().enumerate() {
        let to = columns.len().saturating_sub(found.len() - index - 1);
        let (best, _) = columns
            .iter()
            .enumerate()
            .take(to)
            .skip(from)
            .min_by_key(|(_, column)| column.start.abs_diff(piece.column))?;
        cells.push((best, *piece));
        from = best + 1;
    }
    Some(cells)
}

/// Assigns the words of a squeezed row; only where their number is beyond doubt.
fn by_words(line: &str, columns: &[Column<'_>]) -> Option<Vec<(usize, Piece)>> {
    let mut found: Vec<Piece> = Vec::new();
    for word in pieces(line, 1) {
        let text = line.get(word.start..word.end)?;
        match found.last_mut() {
            // `3 (5m ago)`
            Some(last) if text.starts_with('(') || (text == "ago)" && found_open(line, *last)) => {
                last.end = word.end;
            }
            _ => found.push(word),
        }
    }
    let open_end = columns.last().is_some_and(|column| column.name == "MESSAGE");
    if open_end && found.len() > columns.len() {
        let end = found.last()?.end;
        found.truncate(columns.len());
        found.last_mut()?.end = end;
    }
    (found.len() == columns.len()).then(|| found.into_iter().enumerate().collect())
}

/// True where the piece holds an open parenthesis.
fn found_open(line: &str, piece: Piece) -> bool {
    line.get(piece.start..piece.end).is_some_and(|text| text.contains('(') && !text.contains(')'))
}
