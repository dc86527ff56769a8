//! Tables with a heading line: by the heading's words, or by its offsets.

use super::piece::Piece;

/// Most columns that a heading may have: no known table comes near, and it bounds the work per row.
const MAX_COLUMNS: usize = 64;

/// The words of a heading line; cells of a row are found by their number, which right-aligned and
/// overflowing columns do not disturb.
#[derive(Debug, Clone)]
pub(crate) struct Heading<'a> {
    names: Vec<Piece<'a>>,
    start: usize,
}

impl<'a> Heading<'a> {
    pub(crate) fn new(line: Piece<'a>) -> Self {
        Self { names: line.words().take(MAX_COLUMNS).collect(), start: line.start }
    }

    /// The heading, if the line begins with these words.
    pub(crate) fn of(line: Piece<'a>, words: &[&str]) -> Option<Self> {
        let heading = Self::new(line);
        let fits = heading.names.len() >= words.len()
            && heading.names.iter().zip(words).all(|(name, word)| name.text == *word);
        fits.then_some(heading)
    }

    /// The number of a column.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column.text == name)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[Piece<'a>] {
        &self.names
    }

    /// The offset of a column from the start of the line.
    pub(crate) fn offset(&self, name: &str) -> Option<usize> {
        let column = self.names.get(self.index(name)?)?;
        Some(column.start.saturating_sub(self.start))
    }
}

/// A row as words, with access by the heading's names.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a, 'h> {
    pub(crate) line: Piece<'a>,
    pub(crate) words: Vec<Piece<'a>>,
    heading: &'h Heading<'a>,
}

impl<'a, 'h> Row<'a, 'h> {
    pub(crate) fn new(line: Piece<'a>, heading: &'h Heading<'a>) -> Self {
        Self { line, words: line.words().collect(), heading }
    }

    /// The word under a heading.
    pub(crate) fn get(&self, name: &str) -> Option<Piece<'a>> {
        self.words.get(self.heading.index(name)?).copied()
    }

    /// From the word under a heading to the end of the line.
    pub(crate) fn rest(&self, name: &str) -> Option<Piece<'a>> {
        let word = self.get(name)?;
        Some(self.line.skip(word.start.saturating_sub(self.line.start)))
    }
}

/// Columns by the offsets of a heading whose names are set apart by two or more blanks.
#[derive(Debug, Clone)]
pub(crate) struct Offsets<'a> {
    columns: Vec<(Piece<'a>, usize)>,
}

impl<'a> Offsets<'a> {
    pub(crate) fn new(line: Piece<'a>) -> Self {
        let columns = wide_cells(line)
            .take(MAX_COLUMNS)
            .map(|name| {
                let before = line.sub(0, name.start.saturating_sub(line.start));
                (name, before.text.chars().count())
            })
            .collect();
        Self { columns }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = Piece<'a>> {
        self.columns.iter().map(|(name, _)| *name)
    }

    /// The cells of a row, one per column, empty where nothing stands. A cell that is longer than its
    /// column ends at the next two blanks.
    pub(crate) fn cells<'b>(&self, line: Piece<'b>) -> Vec<Piece<'b>> {
        let mut cells: Vec<Piece<'b>> = vec![line.sub(line.text.len(), line.text.len()); self.columns.len()];
        let mut column = 0_usize;
        let (mut chars, mut bytes) = (0_usize, 0_usize);
        for cell in wide_cells(line) {
            let from = cell.start.saturating_sub(line.start);
            chars = chars.saturating_add(line.sub(bytes, from).text.chars().count());
            bytes = from;
            // The last column that starts at or before the cell; cells never share one.
            while self.columns.get(column + 1).is_some_and(|(_, start)| *start <= chars) {
                column += 1;
            }
            match cells.get_mut(column) {
                Some(slot) if slot.is_empty() => *slot = cell,
                Some(slot) => {
                    let first = slot.start.saturating_sub(line.start);
                    *slot = line.sub(first, cell.end().saturating_sub(line.start));
                }
                None => break,
            }
        }
        cells
    }
}

/// The parts of a line that two or more blanks (or a tab) set apart.
pub(crate) fn wide_cells(line: Piece<'_>) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let end = [rest.text.find("  "), rest.text.find('\t')].into_iter().flatten().min();
        let cell = rest.sub(0, end.unwrap_or(rest.text.len()));
        rest = rest.skip(cell.text.len());
        Some(cell)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_by_name() {
        let heading = Heading::of(Piece::new(" name  id  description", 0), &["name", "id"]).unwrap();
        let line = Piece::new("   a-very-long-name 7 two words", 100);
        let row = Row::new(line, &heading);
        assert_eq!(row.get("id").unwrap().text, "7");
        assert_eq!(row.rest("description").unwrap().text, "two words");
        assert_eq!(row.rest("description").unwrap().start, 122);
        assert!(row.get("mtu").is_none());
        assert!(Heading::of(Piece::new(" name", 0), &["name", "id"]).is_none());
    }

    #[test]
    fn cells_by_offset() {
        let offsets = Offsets::new(Piece::new("TYPE      REMOTE NAME     STATE", 0));
        assert_eq!(offsets.names().map(|n| n.text).collect::<Vec<_>>(), ["TYPE", "REMOTE NAME", "STATE"]);
        let cells = |text| offsets.cells(Piece::new(text, 0)).iter().map(|c| c.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(cells("fabric    spine a         up"), ["fabric", "spine a", "up"]);
        assert_eq!(cells("fabric                    up"), ["fabric", "", "up"]);
        assert_eq!(cells("          a←→b            up"), ["", "a←→b", "up"]);
        assert_eq!(cells(""), ["", "", ""]);
    }
}
