//! Files of sections: show-tech and console logs, and `kubectl cluster-info dump`.

use crate::parse::sections::{Content, FileSection, SectionedFile};
use crate::source::{Entry, EntryId, Origin, Role, Sources};

/// Adds every captured section of a show-tech or console file as an entry.
pub(super) fn expand_sections(sources: &mut Sources, id: EntryId) {
    let text = sources.get(id).map(|entry| entry.text.clone()).unwrap_or_default();
    let Some(file) = SectionedFile::parse(&text) else { return };
    for section in &file.sections {
        if !section.not_captured() {
            add_slice(sources, id, &text, section.body, role(section));
        }
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
            let span = crate::source::Span::new(line_end, end);
            add_slice(sources, id, &text, span, role);
        }
        at = end.max(line_end);
    }
    let objects = crate::source::Span::new(0, json_end);
    if !objects.slice(&text).trim().is_empty() {
        add_slice(sources, id, &text, objects, Role::Section { title: "objects".into() });
    }
}

fn add_slice(sources: &mut Sources, parent: EntryId, text: &str, span: crate::source::Span, role: Role) {
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
    let truncated = sources.get(parent).is_some_and(|entry| entry.truncated);
    let origin = Origin::Slice { parent, start: span.start };
    let mut entry = Entry::derived(name, span.slice(text), origin, role);
    entry.truncated = truncated;
    sources.add(entry);
}
