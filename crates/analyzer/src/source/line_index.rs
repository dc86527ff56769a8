//! Offsets to lines and columns.

/// Start offsets of the lines of a text; answers "which line and column is byte N".
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Builds the index. Lines end at `\n`; a preceding `\r` belongs to the line it ends.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        Self { starts }
    }

    /// Zero-based line that holds byte `offset`.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Byte offset at which zero-based `line` starts; the last line's start for lines beyond the end.
    #[must_use]
    pub fn start_of(&self, line: usize) -> u32 {
        self.starts.get(line).or(self.starts.last()).copied().unwrap_or(0)
    }

    /// Zero-based line and zero-based column in characters of byte `offset` of `text`.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> (usize, usize) {
        let line = self.line_of(offset);
        let start = self.start_of(line) as usize;
        let column = text.get(start..offset as usize).map_or(0, |before| before.chars().count());
        (line, column)
    }

    /// Number of lines; a final newline does not start another one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Always false: every text has at least one line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }
}
