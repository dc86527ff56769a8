//! Files of sections: show-tech and console logs, and `kubectl cluster-info dump`.

use super::attribute::previous_in_path;
use super::prefixed::Container;
use super::session::Part;
use crate::parse::command::Unread;
use crate::parse::sections::{Content, FileSection, SectionedFile};
use crate::source::{Entry, EntryId, Origin, Problem, ProblemKind, Role, Sources, Span, Text};

/// Titles that only stand above others.
const HEADINGS: [&str; 4] =
    ["FRR (vtysh) Diagnostics", "Dataplane Diagnostics", "Listing API Resources", "Describing API Resources"];

/// Problems of one file that are listed.
const LISTED: usize = 20;

/// Adds every captured section of a show-tech or console file as an entry, and what stands above the first.
/// Sections without content are named: they were not captured, which is not "there is none".
pub(super) fn expand_sections(sources: &mut Sources, id: EntryId, problems: &mut Vec<Problem>) {
    let text = sources.get(id).map(|entry| entry.text.clone()).unwrap_or_default();
    let Some(file) = SectionedFile::parse(&text) else { return };
    let first = file.sections.iter().map(|section| section.title.span.start).min().unwrap_or(0);
    let above = text.get(..first as usize).unwrap_or("");
    let above = above.get(..above.rfind('\n').map_or(0, |end| end + 1)).unwrap_or("");
    if above.lines().filter(|line| !line.trim().is_empty()).count() > 2 {
        add_slice(
            sources,
            id,
            &text,
            Span::new(0, above.len()),
            Role::Section { title: "above the first title".into() },
        );
    }
    let mut empty: Vec<&str> = Vec::new();
    let mut failed = 0;
    for section in &file.sections {
        let title = section.sub.as_ref().map_or(section.title.value.as_str(), |sub| sub.value.as_str());
        match section.captured {
            Ok(()) => add_slice(sources, id, &text, section.body, role(section)),
            Err(Unread::Empty) if HEADINGS.contains(&title) => {}
            Err(Unread::Empty) => empty.push(title),
            Err(Unread::NotCaptured(span) | Unread::NoDataplane(span) | Unread::Layout(span)) => {
                failed += 1;
                if failed <= LISTED {
                    problems.push(
                        Problem::note(
                            ProblemKind::Collection,
                            format!("`{title}` was not captured: the command failed"),
                        )
                        .at(id, span),
                    );
                }
            }
        }
    }
    if failed > LISTED {
        let message = format!("{} more sections were not captured: their commands failed", failed - LISTED);
        problems.push(Problem::note(ProblemKind::Collection, message).in_entry(id));
    }
    if !empty.is_empty() {
        let more = empty.len().saturating_sub(LISTED);
        empty.truncate(LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("empty sections, taken as not captured: {}{more}", empty.join(", "));
        problems.push(Problem::note(ProblemKind::Collection, message).in_entry(id));
    }
}

fn role(section: &FileSection) -> Role {
    match &section.content {
        Content::PodLog { namespace, pod, previous } => {
            Role::PodLog { namespace: namespace.clone(), pod: pod.clone(), container: None, previous: *previous }
        }
        _ => Role::Section {
            title: match &section.sub {
                Some(sub) => format!("{}: {}", section.title.value, sub.value),
                None => section.title.value.clone(),
            },
        },
    }
}

/// Adds the log blocks of a cluster dump as entries; the JSON before them stays with the file.
pub(super) fn expand_cluster_dump(sources: &mut Sources, id: EntryId) {
    const START: &str = "==== START logs for container ";
    let text = sources.get(id).map(|entry| entry.text.clone()).unwrap_or_default();
    let mut at = 0;
    let mut json_end = text.len();
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(START)) {
        let header = at + found;
        json_end = json_end.min(header);
        let line_end = text.get(header..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| header + end + 1);
        let line = text.get(header + START.len()..line_end).unwrap_or("").trim_end().trim_end_matches(" ====");
        let end = text
            .get(line_end..)
            .and_then(|rest| rest.find("==== END logs for container "))
            .map_or(text.len(), |end| line_end + end);
        if let Some((container, pod)) = line.split_once(" of pod ")
            && let Some((namespace, pod)) = pod.split_once('/')
        {
            let role = Role::PodLog {
                namespace: namespace.into(),
                pod: pod.into(),
                container: Some(container.into()),
                previous: false,
            };
            let span = Span::new(line_end, end);
            add_slice(sources, id, &text, span, role);
        }
        at = end.max(line_end);
    }
    let objects = Span::new(0, json_end);
    if !objects.slice(&text).trim().is_empty() {
        add_slice(sources, id, &text, objects, Role::Section { title: "objects".into() });
    }
}

/// Adds the outputs of a terminal session as entries.
pub(super) fn expand_session(sources: &mut Sources, id: EntryId, parts: Vec<Part>) {
    let text = sources.get(id).map(|entry| entry.text.clone()).unwrap_or_default();
    let last = parts.len().saturating_sub(1);
    for (index, part) in parts.into_iter().enumerate() {
        let name = match part.prompt.as_str() {
            "" => "above the first prompt".to_owned(),
            prompt => format!("{}: {prompt}", index + 1),
        };
        // Only the last output can be cut.
        add_named(sources, id, &text, part.span, name, part.role, index == last);
    }
}

/// Adds the logs of the containers in a file of prefixed lines as entries.
pub(super) fn expand_containers(sources: &mut Sources, id: EntryId, containers: Vec<Container>) {
    let (path, truncated) =
        sources.get(id).map_or((String::new(), false), |entry| (entry.path.clone(), entry.truncated));
    let previous = previous_in_path(&path);
    for Container { pod, container, text, runs } in containers {
        let stream = if previous { "previous" } else { "current" };
        let name = format!("podLogs/{pod}/{container}/{stream}");
        let role = Role::PodLog { namespace: String::new(), pod, container: Some(container), previous };
        let mut entry = Entry::derived(name, text, Origin::Lines { parent: id, runs }, role);
        entry.truncated = truncated;
        sources.add(entry);
    }
}

fn add_slice(sources: &mut Sources, parent: EntryId, text: &Text, span: Span, role: Role) {
    let name = match &role {
        Role::PodLog { namespace, pod, container, previous } => format!(
            "podLogs/{namespace}/{pod}/{}/{}",
            container.as_deref().unwrap_or("all"),
            if *previous { "previous" } else { "current" }
        ),
        Role::Section { title } => format!("section/{title}"),
        Role::Insight { command, .. } => command.clone(),
        Role::File | Role::Resources => "part".to_owned(),
    };
    add_named(sources, parent, text, span, name, role, true);
}

fn add_named(
    sources: &mut Sources,
    parent: EntryId,
    text: &Text,
    span: Span,
    name: String,
    role: Role,
    may_be_cut: bool,
) {
    let truncated = may_be_cut && sources.get(parent).is_some_and(|entry| entry.truncated);
    let origin = Origin::Slice { parent, start: span.start };
    let mut entry = Entry::derived(name, text.part(span.start as usize, span.end as usize), origin, role);
    entry.truncated = truncated;
    sources.add(entry);
}
