//! Descriptions of custom resources: all fields of the object, in order of their names.

use std::collections::BTreeSet;

use super::blocks::{Block, Described, Part};
use super::names::{self, Keys};
use crate::parse::draft::Draft;
use crate::source::Span;

/// Most fields at the top of an object; real ones have a dozen.
const MAX_TOP: usize = 64;

/// The object of a description.
pub(super) fn object(described: &Described<'_>, kind: &str) -> Draft {
    let reader = Reader { described, kind };
    let mut object = Draft::map();
    for block in described.top().take(MAX_TOP) {
        let Some(key) = block.key else { continue };
        match key.text {
            "Labels" | "Annotations" | "Events" => {}
            "Name" | "Namespace" => {
                if let Some(value) = block.value {
                    let name = key.text.to_lowercase();
                    object.set(&["metadata", &name], key.span, plain(value));
                }
            }
            "Metadata" => {
                if let Draft::Map(entries) = reader.value(block, &["metadata".to_owned()]) {
                    for (name, span, value) in entries {
                        object.set(&["metadata", &name], span, value);
                    }
                }
            }
            label => {
                let name = Keys::Fields.key(label);
                let value = reader.value(block, std::slice::from_ref(&name));
                object.set(&[&name], key.span, value);
            }
        }
    }
    pairs(described, &mut object);
    object
}

/// A scalar as printed.
pub(super) fn plain(part: Part<'_>) -> Draft {
    let text = if part.text == "<nil>" { "null" } else { part.text };
    Draft::plain(text, part.span)
}

/// Labels (`a=b`) and annotations (`a: b`).
pub(super) fn pairs(described: &Described<'_>, object: &mut Draft) {
    for (label, field, sign) in [("Labels", "labels", "="), ("Annotations", "annotations", ": ")] {
        let Some(block) = described.root(label) else {
            continue;
        };
        let entries: Vec<_> = block
            .value
            .iter()
            .chain(&block.lines)
            .filter_map(|part| {
                let (name, value) = part.text.split_once(sign).or_else(|| {
                    // The blank behind the colon is cut off an empty value.
                    Some((part.text.strip_suffix(sign.trim_end())?, ""))
                })?;
                let start = part.span.start as usize;
                let from = (part.span.end as usize).saturating_sub(value.len());
                let value = Draft::Scalar {
                    text: value.to_owned(),
                    style: crate::source::ScalarStyle::DoubleQuoted,
                    span: Span::new(from, part.span.end as usize),
                };
                Some((name.to_owned(), Span::new(start, start + name.len()), value))
            })
            .collect();
        if let (false, Some(key)) = (entries.is_empty(), block.key) {
            object.set(&["metadata", field], key.span, Draft::Map(entries));
        }
    }
}

struct Reader<'a, 't> {
    described: &'a Described<'t>,
    kind: &'a str,
}

impl Reader<'_, '_> {
    /// The value of the field at this route.
    fn value(&self, block: &Block<'_>, path: &[String]) -> Draft {
        if let Some(value) = block.value {
            return plain(value);
        }
        let place = block.key.map_or(self.described.span, |key| key.span);
        if block.children.is_empty() {
            let last = path.last().map_or("", String::as_str);
            return if block.padded || !names::counts_when_empty(last) {
                Draft::plain("", place)
            } else {
                Draft::map()
            };
        }
        let keyed = self.described.below(block).any(|child| child.key.is_some());
        if keyed { self.fields(block, path) } else { self.items(block) }
    }

    /// A list of scalars, or of lists printed as `[a b]`.
    fn items(&self, block: &Block<'_>) -> Draft {
        let items = self
            .described
            .below(block)
            .filter_map(|child| child.value)
            .map(|item| {
                let inner = item.text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
                match inner {
                    Some(words) => {
                        Draft::Seq(words.split_whitespace().map(|word| Draft::plain(word, item.span)).collect())
                    }
                    None => plain(item),
                }
            })
            .collect();
        Draft::Seq(items)
    }

    /// An object, or a list of objects. Lists have no marks: as the fields of each object are in order, a
    /// field that is not behind the one before starts the next object.
    fn fields(&self, block: &Block<'_>, path: &[String]) -> Draft {
        let keys = names::keys(self.kind, path);
        let children: Vec<(String, &Block<'_>)> =
            self.described.below(block).filter_map(|child| Some((keys.key(child.key?.text), child))).collect();
        let distinct: BTreeSet<&str> = children.iter().map(|(key, _)| key.as_str()).collect();
        let list = names::is_list(self.kind, path) || distinct.len() < children.len();
        let single = names::is_list_of_single_fields(path);
        let mut items: Vec<Vec<(String, Span, Draft)>> = Vec::new();
        let mut path = path.to_vec();
        for (key, child) in children {
            path.push(key.clone());
            let value = self.value(child, &path);
            path.pop();
            let place = child.key.map_or(self.described.span, |key| key.span);
            match items.last_mut() {
                Some(item) if !list || (!single && item.last().is_some_and(|(last, _, _)| *last < key)) => {
                    item.push((key, place, value));
                }
                _ => items.push(vec![(key, place, value)]),
            }
        }
        if list {
            Draft::Seq(items.into_iter().map(Draft::Map).collect())
        } else {
            Draft::Map(items.into_iter().flatten().collect())
        }
    }
}
