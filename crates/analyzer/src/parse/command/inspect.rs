//! Captured tables of `kubectl fabric inspect bgp|bfd|lldp` (fabric reference 4).
//!
//! An error in such a capture is no evidence by itself: the tables only show what the tool printed.

use super::capture::{Read, Unread, captured, is_noise, without_escapes};
use super::columns::Offsets;
use super::piece::{Piece, Spanned};
use crate::source::Span;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InspectKind {
    /// BGP neighbours.
    Bgp,
    /// BFD peers.
    Bfd,
    /// LLDP neighbours.
    Lldp,
}

/// The table of one switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectTable {
    /// Switch.
    pub switch: Spanned<String>,
    /// Kind.
    pub kind: InspectKind,
    /// Headings as printed: `REMOTE NAME`.
    pub headings: Vec<Spanned<String>>,
    /// Rows.
    pub rows: Vec<InspectRow>,
}

/// A row: one cell per heading, empty where nothing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectRow {
    /// Cells.
    pub cells: Vec<Spanned<String>>,
    /// The line.
    pub span: Span,
}

impl InspectTable {
    /// The cell of a row under the first heading of these names (newer and older ones).
    #[must_use]
    pub fn cell<'r>(&self, row: &'r InspectRow, names: &[&str]) -> Option<&'r Spanned<String>> {
        let at = names.iter().find_map(|name| self.headings.iter().position(|heading| heading.value == *name))?;
        row.cells.get(at)
    }
}

/// Reads all tables of a capture.
///
/// # Errors
/// Where nothing was captured or no table of a switch stands in the text.
pub fn inspect_tables(text: &str) -> Read<Vec<InspectTable>> {
    captured(text)?;
    let clean = without_escapes(text);
    let mut tables: Vec<InspectTable> = Vec::new();
    let mut switch: Option<Piece<'_>> = None;
    let mut offsets: Option<Offsets<'_>> = None;
    let mut first = None;
    for line in Piece::new(&clean, 0).lines() {
        if is_noise(line.text) {
            offsets = None;
            continue;
        }
        first = first.or(Some(line.trim().span()));
        if let Some(name) = line.after("Switch:") {
            switch = Some(name.first_word().0);
            offsets = None;
            continue;
        }
        if let Some(offsets) = &offsets
            && let Some(table) = tables.last_mut()
        {
            let cells = offsets.cells(line).into_iter().map(Piece::string).collect();
            table.rows.push(InspectRow { cells, span: line.trim().span() });
            continue;
        }
        let Some(name) = switch else { continue };
        let found = Offsets::new(line);
        if let Some(kind) = kind(&found) {
            let headings = found.names().map(Piece::string).collect();
            tables.push(InspectTable { switch: name.string(), kind, headings, rows: Vec::new() });
            offsets = Some(found);
            switch = None;
        }
    }
    if tables.is_empty() { Err(first.map_or(Unread::Empty, Unread::Layout)) } else { Ok(tables) }
}

/// The kind of a table, by headings that the others lack.
fn kind(offsets: &Offsets<'_>) -> Option<InspectKind> {
    let names: Vec<_> = offsets.names().map(|name| name.text).collect();
    let has = |name: &str| names.contains(&name);
    if has("PORT") && has("VRF") && has("NEIGHBOR") {
        Some(InspectKind::Bgp)
    } else if has("PORT") && has("VRF") && has("PEER") {
        Some(InspectKind::Bfd)
    } else if has("PORT") && has("CONNECTION") && has("NEIGHBOR") && has("DESCRIPTION") {
        Some(InspectKind::Lldp)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_bfd_headings() {
        let text = "14:00:01 DBG reading\nSwitch: leaf-a
TYPE      PORT    VRF        PEER             REMOTE NAME     CONNECTION                 STATUS    FAILS    UPTIME
fabric    E1/3    default    172.30.128.40    spine-x/E1/7    spine-x--fabric--leaf-a    up        6        3 days ago
fabric    E1/4    default    172.30.128.42    spine-x/E1/8    spine-x--fabric--leaf-a    down      7        -

Switch: leaf-b
TYPE    PORT    VRF    PEER    REMOTE NAME    CONNECTION    STATE    LAST UP    TRANS
";
        let tables = inspect_tables(text).unwrap();
        assert_eq!(tables.len(), 2);
        assert_eq!((tables[0].switch.value.as_str(), tables[0].kind), ("leaf-a", InspectKind::Bfd));
        let row = &tables[0].rows[1];
        let state = tables[0].cell(row, &["STATE", "STATUS"]).unwrap();
        assert_eq!((state.value.as_str(), state.span.slice(text)), ("down", "down"));
        assert_eq!(tables[0].cell(&tables[0].rows[0], &["LAST UP", "UPTIME"]).unwrap().value, "3 days ago");
        assert_eq!(tables[0].cell(row, &["REMOTE NAME"]).unwrap().value, "spine-x/E1/8");
        assert!(tables[1].rows.is_empty());
        assert!(tables[1].cell(row, &["NAME"]).is_none());
    }

    #[test]
    fn lldp_and_bgp() {
        let text = "Switch: leaf-a (actual←→expected)
PORT    CONNECTION                 TYPE      NEIGHBOR             PORT            DESCRIPTION
E1/3    spine-x--fabric--leaf-a    fabric    spine-y←→spine-x     E1/7            Hedgehog Fabric
E1/5    s1--unbundled--leaf-a      server
Switch: leaf-b
TYPE      PORT    VRF        NEIGHBOR         REMOTE NAME     CONNECTION    STATE          LAST ESTAB      TRANS
fabric    E1/3    default    172.30.128.40    spine-x/E1/7    c1            established    10 minutes ago    1
";
        let tables = inspect_tables(text).unwrap();
        assert_eq!(tables[0].kind, InspectKind::Lldp);
        assert_eq!(tables[0].switch.value, "leaf-a");
        assert_eq!(tables[0].cell(&tables[0].rows[0], &["NEIGHBOR"]).unwrap().value, "spine-y←→spine-x");
        assert_eq!(tables[0].cell(&tables[0].rows[0], &["DESCRIPTION"]).unwrap().value, "Hedgehog Fabric");
        assert_eq!(tables[0].cell(&tables[0].rows[1], &["NEIGHBOR"]).unwrap().value, "");
        assert_eq!(tables[1].kind, InspectKind::Bgp);
        assert_eq!(tables[1].cell(&tables[1].rows[0], &["LAST ESTAB"]).unwrap().value, "10 minutes ago");
    }

    #[test]
    fn other_tables() {
        assert!(matches!(inspect_tables("Switch: leaf-a\nNAME    STATE\nx    y\n"), Err(Unread::Layout(_))));
    }
}
