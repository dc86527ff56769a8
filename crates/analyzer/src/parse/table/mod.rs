//! Tables that `kubectl get` printed.
//!
//! Cells may be blank, hold spaces or JSON, so rows are cut at the offsets of the header's columns and
//! never by position. Three generations of columns are in the field.

mod cast;
mod columns;
mod command;
mod core_columns;
mod core_rows;
mod detect;
mod json;
mod layout;
mod message;
mod objects;
mod scan;

pub use command::Command;
pub use detect::{Detected, Evidence, detect};
pub use message::{Message, MessageKind};
pub use objects::{TableObject, TableObjects, objects};
pub use scan::{Listing, read, tables};

use std::sync::Arc;

pub use super::kinds::KindInfo;
use crate::source::Span;

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'t> {
    /// Header text.
    pub name: &'t str,
    /// First character of the column, counted from the start of a line.
    pub start: usize,
    /// One past the last character; `usize::MAX` for the last column.
    pub end: usize,
    /// The header's bytes in the text.
    pub span: Span,
}

/// A cell that is not blank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'t> {
    /// Index of its column.
    pub column: usize,
    /// Text without blanks around it.
    pub text: &'t str,
    /// The bytes of `text`.
    pub span: Span,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'t> {
    /// Cells that are not blank, in order of their columns.
    pub cells: Vec<Cell<'t>>,
    /// The line's bytes, without its end.
    pub span: Span,
    /// True where the text does not fit the header's offsets (edited by hand) and was assigned by its
    /// gaps.
    pub shifted: bool,
}

impl<'t> Row<'t> {
    /// The cell of a column; none where it is blank.
    #[must_use]
    pub fn cell(&self, column: usize) -> Option<Cell<'t>> {
        self.cells.iter().find(|cell| cell.column == column).copied()
    }
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<'t> {
    /// Columns, in order.
    pub header: Vec<Column<'t>>,
    /// Rows, in order.
    pub rows: Vec<Row<'t>>,
    /// The command on the line above, where the text holds one.
    pub command: Option<Arc<Command>>,
    /// From the header to the end of the last row.
    pub span: Span,
}

impl<'t> Table<'t> {
    /// Index of the column with this header.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column.name == name)
    }

    /// The cell of a row under a header; none where it is blank or there is no such column.
    #[must_use]
    pub fn cell(&self, row: &Row<'t>, name: &str) -> Option<Cell<'t>> {
        row.cell(self.column(name)?)
    }

    /// True where the listing need not hold all objects: made with a selector, for single names or cut
    /// by a pipe.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.command.as_ref().is_some_and(|command| command.is_partial())
    }
}

#[cfg(test)]
mod objects_tests;
