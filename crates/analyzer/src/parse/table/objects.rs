//! Rows as objects.

use std::collections::BTreeMap;

use super::columns::{self, COMMON, Cast, Col, is_absent};
use super::detect::{Detected, Evidence, detect};
use super::{Command, Row, Table, core_rows, json};
use crate::parse::draft::Draft;
use crate::source::{EntryId, Problem, ProblemKind, ProblemLevel, Span};
use crate::yaml::{NodeId, Tree, TreeBuilder};

/// An object that a row stands for. It has only the fields that the table prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableObject {
    /// Kind.
    pub kind: &'static str,
    /// API version.
    pub api_version: &'static str,
    /// The listing was made with a selector, for single names or cut by a pipe: objects may be missing.
    pub selector: bool,
    /// The object in the tree.
    pub node: NodeId,
}

/// The objects of one table.
#[derive(Debug, Default)]
pub struct TableObjects {
    /// Holds all of them; its root is their sequence.
    pub tree: Tree,
    /// The objects, in order. Empty where the kind is not known.
    pub objects: Vec<TableObject>,
    /// What told the kind.
    pub evidence: Option<Evidence>,
    /// Rows that could not be read for sure.
    pub problems: Vec<Problem>,
}

/// Where a table's columns go.
fn bind(kind: &str, table: &Table<'_>) -> Vec<Option<&'static Col>> {
    let own: Vec<_> = columns::all().filter(|columns| columns.kind == kind).collect();
    table
        .header
        .iter()
        .map(|column| {
            own.iter()
                .find_map(|columns| columns.own(column.name))
                .or_else(|| COMMON.iter().find(|common| common.header == column.name))
        })
        .collect()
}

/// Turns every row of a table into an object: `apiVersion`, `kind`, `metadata` and the fields of its
/// columns, each with the place of its cell. Blank cells are absent fields; ages stay as printed. Of
/// rows with one name (`kubectl get -w`) the last one counts. `hint` is the file name or section title.
#[must_use]
pub fn objects(entry: EntryId, table: &Table<'_>, hint: Option<&str>) -> TableObjects {
    let Some(Detected { kind, evidence }) = detect(table, hint) else {
        return TableObjects::default();
    };
    let columns = bind(kind.kind, table);
    let (mut skipped, mut guessed) = (Shifted::default(), Shifted::default());
    let mut rows: Vec<&Row<'_>> = Vec::with_capacity(table.rows.len());
    // A repeated name takes the place of the row before it.
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for row in &table.rows {
        if row.shifted && !fits(row, &columns) {
            skipped.add(row.span);
            continue;
        }
        if row.shifted {
            guessed.add(row.span);
        }
        let text = |name: &str| table.cell(row, name).map_or("", |cell| cell.text);
        let key = (text("NAMESPACE"), text("NAME"));
        let at = if key.1.is_empty() { rows.len() } else { *seen.entry(key).or_insert(rows.len()) };
        match rows.get_mut(at) {
            Some(old) => *old = row,
            None => rows.push(row),
        }
    }
    let hinted = hint.and_then(|hint| Command::parse(hint, 0));
    let selector = table.is_partial() || hinted.as_ref().is_some_and(Command::is_partial);
    let namespace = match (&table.command, &hinted) {
        _ if table.column("NAMESPACE").is_some() => None,
        (Some(command), _) => command.namespace.as_deref().map(|name| (name, command.span)),
        (None, Some(command)) => command.namespace.as_deref().map(|name| (name, table.span)),
        (None, None) => None,
    };
    let mut builder = TreeBuilder::new(entry);
    let found: Vec<TableObject> = rows
        .into_iter()
        .map(|row| {
            let draft = object(kind, table, row, &columns, namespace);
            let node = draft.emit(&mut builder, row.span);
            TableObject { kind: kind.kind, api_version: kind.api_version, selector, node }
        })
        .collect();
    let nodes: Vec<NodeId> = found.iter().map(|object| object.node).collect();
    let root = builder.sequence(&nodes, table.span);
    let problems = [
        skipped.problem(entry, "do not line up with the table's header and were skipped", ProblemLevel::Warning),
        guessed.problem(
            entry,
            "do not line up with the table's header and were read by their gaps",
            ProblemLevel::Note,
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    TableObjects { tree: builder.finish(Some(root)), objects: found, evidence: Some(evidence), problems }
}

/// Rows that do not line up: how many, and the first.
#[derive(Default)]
struct Shifted {
    count: usize,
    first: Span,
}

impl Shifted {
    fn add(&mut self, span: Span) {
        if self.count == 0 {
            self.first = span;
        }
        self.count += 1;
    }

    fn problem(&self, entry: EntryId, what: &str, level: ProblemLevel) -> Option<Problem> {
        let mut problem = Problem::warning(ProblemKind::Layout, format!("{} rows {what}", self.count))
            .help("collect the table again, or better as YAML")
            .at(entry, self.first);
        problem.level = level;
        (self.count > 0).then_some(problem)
    }
}

/// True where every cell can hold what its column holds.
fn fits(row: &Row<'_>, columns: &[Option<&'static Col>]) -> bool {
    row.cells
        .iter()
        .all(|cell| columns.get(cell.column).copied().flatten().is_none_or(|column| column.cast.fits(cell.text)))
}

/// One row.
fn object(
    kind: &crate::parse::kinds::KindInfo,
    table: &Table<'_>,
    row: &Row<'_>,
    columns: &[Option<&'static Col>],
    namespace: Option<(&str, Span)>,
) -> Draft {
    let name = table.cell(row, "NAME");
    let named = name.map_or(row.span, |cell| cell.span);
    let mut object = Draft::map();
    object.set(&["apiVersion"], named, Draft::plain(kind.api_version, named));
    object.set(&["kind"], named, Draft::plain(kind.kind, named));
    if let Some(cell) = name {
        // `switch.wiring.githedgehog.com/leaf-01`
        let prefix = cell.text.find('/').map_or(0, |at| at + 1);
        let text = cell.text.get(prefix..).unwrap_or(cell.text);
        let span = Span::new((cell.span.start as usize).saturating_add(prefix), cell.span.end as usize);
        object.set(&["metadata", "name"], header_span(table, cell.column), Draft::plain(text, span));
    }
    if let Some((namespace, span)) = namespace {
        object.set(&["metadata", "namespace"], span, Draft::plain(namespace, span));
    }
    for cell in &row.cells {
        let Some(column) = columns.get(cell.column).copied().flatten() else {
            continue;
        };
        if is_absent(cell.text) {
            continue;
        }
        if column.path.is_empty() {
            core_rows::fill(kind.kind, table, row, *cell, &mut object);
            continue;
        }
        let key = header_span(table, cell.column);
        let (path, value) = match column.cast {
            Cast::Json => match json::parse(cell.text, cell.span.start as usize) {
                Some(value) => (column.path, value),
                None => continue,
            },
            Cast::JsonOrText => match json::parse(cell.text, cell.span.start as usize) {
                Some(value) => (column.path, value),
                None => (REDUNDANCY_TYPE, Draft::plain(cell.text, cell.span)),
            },
            _ => (column.path, Draft::plain(cell.text, cell.span)),
        };
        object.set(path, key, value);
    }
    if kind.kind == "Pod" {
        core_rows::pod_fields(table, row, &mut object);
    }
    object
}

/// Switches of newer releases print only the type of their redundancy.
const REDUNDANCY_TYPE: &[&str] = &["spec", "redundancy", "type"];

fn header_span(table: &Table<'_>, column: usize) -> Span {
    table.header.get(column).map_or(table.span, |column| column.span)
}
