//! Port forwarding and static NAT.

use super::super::piece::{Piece, Spanned};
use super::{Section, SectionRead};
use crate::source::Span;

/// A table that prints `(empty)` when it has no rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatTable<T> {
    /// Rows.
    pub rows: Vec<T>,
}

/// `<key>: <ext>:<ports> -> <int>:<ports> at <vpc> timers:[…]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortForward {
    /// What stands before the first colon and blank.
    pub key: Spanned<String>,
    /// Public address and ports.
    pub external: Spanned<String>,
    /// Private address and ports.
    pub internal: Spanned<String>,
    /// VPC of the private address.
    pub vpc: Option<Spanned<String>>,
    /// Text in the brackets after `timers:`.
    pub timers: Option<Spanned<String>>,
    /// The row.
    pub span: Span,
}

pub(crate) fn port_forwarding(section: &mut Section<'_, '_>) -> SectionRead<NatTable<PortForward>> {
    let lines: Vec<_> = rows(section).collect();
    let mut table = NatTable { rows: Vec::new() };
    for line in lines {
        match port_forward(line) {
            Some(row) => table.rows.push(row),
            None => section.skip(line),
        }
    }
    Ok(table)
}

pub(crate) fn static_nat(section: &mut Section<'_, '_>) -> SectionRead<NatTable<Spanned<String>>> {
    Ok(NatTable { rows: rows(section).map(|line| line.trim().string()).collect() })
}

/// Lines that hold something.
fn rows<'a>(section: &Section<'a, '_>) -> impl Iterator<Item = Piece<'a>> + use<'a> {
    section.body.lines().filter(|line| !matches!(line.text.trim(), "" | "(empty)"))
}

fn port_forward(line: Piece<'_>) -> Option<PortForward> {
    let (left, right) = line.split_once("->")?;
    let (key, external) = left.trim().rsplit_once(": ")?;
    let (internal, rest) = right.first_word();
    Some(PortForward {
        key: key.trim().string(),
        external: external.trim().string(),
        internal: internal.string(),
        vpc: rest.after("at ").map(|vpc| vpc.first_word().0.string()),
        timers: rest.between("timers:[", "]").map(Piece::string),
        span: line.trim().span(),
    })
}
