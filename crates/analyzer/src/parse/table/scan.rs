//! Finds tables, commands and messages in a text.

use std::sync::Arc;

use super::layout::{self, Layout};
use super::{Command, Message, MessageKind, Table};
use crate::source::Span;

/// What a text with tables holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing<'t> {
    /// Tables, in order.
    pub tables: Vec<Table<'t>>,
    /// Messages of `kubectl`, in order.
    pub messages: Vec<Message>,
    /// Lines that are neither part of a table nor a message, a command or blank.
    pub other_lines: usize,
}

/// All tables of a text.
#[must_use]
pub fn tables(text: &str) -> Vec<Table<'_>> {
    read(text).tables
}

/// All tables and messages of a text.
#[must_use]
pub fn read(text: &str) -> Listing<'_> {
    let mut listing = Listing::default();
    // The table that is open, how its rows are cut, and the command that printed it.
    let mut open: Option<Layout> = None;
    let mut command: Option<Arc<Command>> = None;
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let base = start;
        start += raw.len();
        let line = raw.trim_end();
        if line.is_empty() {
            open = None;
            continue;
        }
        if let Some((header, layout)) = layout::header(line, base) {
            let span = Span::new(base, base + line.len());
            listing.tables.push(Table { header, rows: Vec::new(), command: command.clone(), span });
            open = Some(layout);
            continue;
        }
        if let Some(found) = Command::parse(line, base) {
            command = Some(Arc::new(found));
            open = None;
            continue;
        }
        if let Some(kind) = MessageKind::parse(line) {
            let span = Span::new(base, base + line.len());
            listing.messages.push(Message { kind, text: line.to_owned(), span, command: command.clone() });
            continue;
        }
        if let (Some(layout), Some(table)) = (open, listing.tables.last_mut())
            && let Some(row) = layout::row(line, base, &table.header, layout)
        {
            table.span.end = row.span.end;
            table.rows.push(row);
            continue;
        }
        open = None;
        listing.other_lines += 1;
        if is_other_prompt(line) {
            command = None;
        }
    }
    listing
}

/// A prompt with another command, or a section title: what follows is not the last command's output.
fn is_other_prompt(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("===") || line.starts_with("---") || line.starts_with("```") {
        return true;
    }
    let mut words = line.split_whitespace();
    let first = words.next().unwrap_or("");
    if matches!(first, "$" | "#" | ">" | "%" | "+") {
        return true;
    }
    (first.contains('@') || first.starts_with('['))
        && line.split_whitespace().take(4).any(|word| word.ends_with(['$', '#', '>', '%']))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Non-blank cells of a row as `HEADER=text`.
    fn cells(table: &Table<'_>, row: usize) -> Vec<String> {
        table.rows[row].cells.iter().map(|cell| format!("{}={}", table.header[cell.column].name, cell.text)).collect()
    }

    #[test]
    fn blank_cells_stay_blank() {
        let text = "\
NAME      APPLIED   APPLIEDG   CURRENTG   VERSION   AGE
gw-east   42m       14         14                   9d
gw-west   56y       0          15                   9d
gw-new                         2                    25s
";
        let tables = tables(text);
        assert_eq!(tables.len(), 1);
        assert_eq!(cells(&tables[0], 0), ["NAME=gw-east", "APPLIED=42m", "APPLIEDG=14", "CURRENTG=14", "AGE=9d"]);
        assert_eq!(cells(&tables[0], 2), ["NAME=gw-new", "CURRENTG=2", "AGE=25s"]);
        let cell = tables[0].cell(&tables[0].rows[1], "APPLIED").unwrap();
        assert_eq!(cell.span.slice(text), "56y");
        assert!(tables[0].rows.iter().all(|row| !row.shifted));
    }

    #[test]
    fn cells_hold_spaces_and_json() {
        let text = "\
NAMESPACE   NAME      VTEPIP            GROUPS                                           DESCR        WORKERS
default     gw-east   172.30.12.21/32   [{\"name\":\"default\",\"priority\":200}, {\"a\":1}]   rack 3 top   8
";
        let tables = tables(text);
        assert_eq!(
            cells(&tables[0], 0)[3..],
            ["GROUPS=[{\"name\":\"default\",\"priority\":200}, {\"a\":1}]", "DESCR=rack 3 top", "WORKERS=8"]
        );
    }

    #[test]
    fn columns_are_counted_in_characters() {
        let text = "\
NAME      DESCR             AGE
leaf-01   Prüffeld – außen  41d
leaf-02   Prüffeld – außen   41d
leaf-03   Prüffeld – außen 41d
";
        let table = &tables(text)[0];
        assert!(!table.rows[0].shifted);
        assert_eq!(cells(table, 0), ["NAME=leaf-01", "DESCR=Prüffeld – außen", "AGE=41d"]);
        // One blank too many: cut by gaps instead.
        assert!(table.rows[1].shifted);
        assert_eq!(cells(table, 1), ["NAME=leaf-02", "DESCR=Prüffeld – außen", "AGE=41d"]);
        // One too few: where a text ends and the next begins is not certain, the age is lost.
        assert_eq!(cells(table, 2), ["NAME=leaf-03", "DESCR=Prüffeld – außen 41d"]);
    }

    #[test]
    fn several_blocks_prompts_and_messages() {
        let text = "\
core@control-1 ~ $ kubectl get switches,connections
NAME                                    PROFILE   ROLE          DESCR   GROUPS        AGE
switch.wiring.githedgehog.com/leaf-01   vs        server-leaf           [\"eslag-1\"]   18d

NAME                                                          TYPE     AGE
connection.wiring.githedgehog.com/spine-01--fabric--leaf-01   fabric   18d
core@control-1 ~ $ kubectl get pods -n fab -l app.kubernetes.io/component=gateway
No resources found in fab namespace.
core@control-1 ~ $ date
Wed Mar  4 09:20:30 UTC 2026
NAME   AGE
x      1d
the end of it
";
        let listing = read(text);
        assert_eq!(listing.tables.len(), 3);
        assert_eq!(listing.tables[1].rows.len(), 1);
        assert_eq!(listing.tables[1].command.as_ref().unwrap().resources, ["switches", "connections"]);
        assert_eq!(listing.tables[2].command, None);
        assert_eq!(listing.tables[2].rows.len(), 1);
        assert_eq!(listing.messages.len(), 1);
        assert!(listing.messages[0].command.as_ref().unwrap().selector);
        assert_eq!(listing.other_lines, 3);
    }

    #[test]
    fn no_tables() {
        for text in [
            "NAME\nx\n",
            "NAME   Oper   Speed\nE1/1   up   25G\n",
            "TYPE      PORT    VRF\nfabric    E1/3    default\n",
            "NAMES   AND   OTHER\nx   y   z\n",
            "PORTS   NAME\n1   x\n",
        ] {
            assert!(tables(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn squeezed_and_tabbed_tables() {
        let text = "NAME READY STATUS RESTARTS AGE\ngw--a--frr-mlt2x 2/2 Running 3 (5m ago) 9d\nfoo bar\n";
        let table = &tables(text)[0];
        assert_eq!(table.rows.len(), 1);
        assert_eq!(cells(table, 0)[3..], ["RESTARTS=3 (5m ago)", "AGE=9d"]);
        let text = "NAME\tAPPLIED\tAPPLIEDG\tCURRENTG\ngw-new\t\t\t2\n";
        assert_eq!(cells(&tables(text)[0], 0), ["NAME=gw-new", "CURRENTG=2"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn never_panics(text in "(NAME|LAST SEEN|[ \\t\\n]{1,4}|[A-Zäé-]{1,5}   |kubectl get |\\$ |x/y|No resources|[^\\x00]{0,3}){0,60}") {
            let listing = read(&text);
            for table in &listing.tables {
                for row in &table.rows {
                    for cell in &row.cells {
                        prop_assert_eq!(cell.span.slice(&text), cell.text);
                    }
                }
            }
        }
    }
}
