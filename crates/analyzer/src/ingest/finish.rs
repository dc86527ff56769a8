//! Orders and decodes what was gathered.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Opened;
use super::collect::{Collector, Fault, Found, Target};
use crate::source::{self, Entry, Problem, ProblemKind};

/// Problems of one class that are listed for one archive; the rest is only counted.
const LISTED: usize = 20;

impl Collector {
    /// Orders the files, decodes them and places the problems.
    pub(super) fn finish(self) -> Opened {
        let mut found: Vec<(usize, Found)> = self.found.into_iter().enumerate().collect();
        // Stable: of two members with one name the first stays first.
        found.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
        let mut faults = self.faults;
        number_duplicates(&mut found, &mut faults);
        let decoded: Vec<_> = found
            .into_par_iter()
            .map(|(index, mut file)| {
                if file.truncated {
                    drop_partial_character(&mut file.bytes);
                }
                let (text, problems) = source::decode(std::mem::take(&mut file.bytes));
                let mut entry = Entry::file(file.path, text);
                entry.modified = file.modified;
                entry.truncated = file.truncated;
                entry.binary = file.binary;
                (index, entry, problems)
            })
            .collect();
        let mut opened = Opened { format: self.format, ..Opened::default() };
        let mut ids = BTreeMap::new();
        let mut placed = Vec::new();
        for (index, entry, problems) in decoded {
            opened.bytes = opened.bytes.saturating_add(u64::try_from(entry.text.len()).unwrap_or(0));
            let path = entry.path.clone();
            let id = opened.sources.add(entry);
            for mut problem in problems {
                problem.entry = Some(id);
                placed.push((path.clone(), problem));
            }
            ids.insert(index, (id, path));
        }
        for Fault { target, problem, .. } in shorten(faults) {
            match target {
                Target::Entry(index) => {
                    if let Some((id, path)) = ids.get(&index) {
                        placed.push((path.clone(), problem.in_entry(*id)));
                    }
                }
                Target::Path(path) => placed.push((path.clone(), problem.path(path))),
            }
        }
        placed.sort_by(|(path_a, a), (path_b, b)| path_a.cmp(path_b).then_with(|| a.message.cmp(&b.message)));
        opened.problems = placed.into_iter().map(|(_, problem)| problem).collect();
        opened
    }
}

/// The cut may have hit the middle of a character.
fn drop_partial_character(bytes: &mut Vec<u8>) {
    let tail = bytes.len().saturating_sub(3);
    for at in (tail..bytes.len()).rev() {
        let width = match bytes.get(at) {
            Some(0x80..=0xbf) => continue,
            Some(0xc2..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..=0xf4) => 4,
            _ => return,
        };
        if at.saturating_add(width) > bytes.len() {
            bytes.truncate(at);
        }
        return;
    }
}

/// Gives the second and later file of one path a number.
fn number_duplicates(found: &mut [(usize, Found)], faults: &mut Vec<Fault>) {
    let names: BTreeSet<String> = found.iter().map(|(_, file)| file.path.clone()).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, file) in found.iter_mut() {
        let Some(last) = seen.get_mut(&file.path) else {
            seen.insert(file.path.clone(), 1);
            continue;
        };
        let path = loop {
            *last = last.saturating_add(1);
            let path = format!("{} ({last})", file.path);
            if !names.contains(&path) {
                break path;
            }
        };
        let problem = Problem::note(
            ProblemKind::Archive,
            format!("the archive holds more than one `{}`; all are read", file.path),
        );
        let archive = file.path.rsplit_once("!/").map_or("", |(archive, _)| archive).to_owned();
        faults.push(Fault {
            class: "files with a name that was there before",
            archive,
            target: Target::Entry(*index),
            problem,
        });
        file.path = path;
    }
    found.sort_by(|(_, a), (_, b)| a.path.cmp(&b.path));
}

/// Keeps some problems of each class and archive and counts the rest.
fn shorten(faults: Vec<Fault>) -> Vec<Fault> {
    let mut counts: BTreeMap<(&'static str, String), (usize, Problem)> = BTreeMap::new();
    let mut kept = Vec::new();
    for fault in faults {
        if fault.class.is_empty() {
            kept.push(fault);
            continue;
        }
        let key = (fault.class, fault.archive.clone());
        let (count, _) = counts.entry(key).or_insert_with(|| (0, fault.problem.clone()));
        *count = count.saturating_add(1);
        if *count <= LISTED {
            kept.push(fault);
        }
    }
    for ((class, archive), (count, first)) in counts {
        let more = count.saturating_sub(LISTED);
        if more > 0 {
            let problem = Problem { message: format!("{more} more {class}"), span: None, ..first };
            kept.push(Fault { class: "", target: Target::Path(archive.clone()), archive, problem });
        }
    }
    kept
}
