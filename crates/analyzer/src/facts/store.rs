//! Objects of the bundle: typed, with the tree that proves them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Evidence, Subject};
use crate::model::Meta;
use crate::source::{EntryId, Place, Sources};
use crate::yaml::{NodeId, NodeRef, Tree};

/// How an object was captured; better forms come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// YAML or JSON.
    Full,
    /// `kubectl describe`.
    Describe,
    /// A row of a `kubectl get` table.
    Table,
}

/// An object as it stands in one place, before typing.
#[derive(Debug, Clone)]
pub struct RawObject {
    /// `apiVersion`; empty where the form does not tell it.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty where not told or cluster-scoped.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Tree that holds it.
    pub tree: Arc<Tree>,
    /// Its node.
    pub node: NodeId,
    /// Entry that holds it.
    pub entry: EntryId,
    /// How it was captured.
    pub form: Form,
}

impl RawObject {
    /// The object's node.
    #[must_use]
    pub fn root(&self) -> NodeRef<'_> {
        self.tree.node(self.node)
    }

    /// API group: `apiVersion` before the slash; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// What kind of object a type stands for.
pub trait Kind: Sized + Send + Sync + 'static {
    /// Kind as written.
    const NAME: &'static str;
    /// Other kinds with the same meaning (`Peering` up to v0.44).
    const ALIASES: &'static [&'static str];
    /// API group.
    const GROUP: &'static str;
    /// Namespace of objects in forms that do not print one.
    const NAMESPACE: &'static str;
    /// The source to declare for reading them.
    const SOURCE: crate::rule::Source;
    /// Type of `spec` (or of the whole object for kinds without one).
    type Spec: std::fmt::Debug + Send + Sync;
    /// Type of `status`.
    type Status: std::fmt::Debug + Send + Sync;
    /// The listing in the store.
    fn listing(objects: &super::Objects) -> &Listing<Self>;
}

/// A typed object.
#[derive(Debug)]
pub struct Object<K: Kind> {
    /// Metadata.
    pub meta: Meta,
    /// Spec.
    pub spec: K::Spec,
    /// Status.
    pub status: K::Status,
    /// Where it stands; merged if there are several sources.
    pub raw: RawObject,
    /// Fields on which the sources disagree: route, value used, other value.
    pub contradictions: Vec<Contradiction>,
}

/// Two sources of one object disagree on a field.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// Dotted field path.
    pub field: String,
    /// The value that is used.
    pub used: (String, Place),
    /// The other value.
    pub other: (String, Place),
}

impl<K: Kind> Object<K> {
    /// The object's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.meta.name
    }

    /// The object as a subject.
    #[must_use]
    pub fn subject(&self) -> Subject {
        Subject::new(K::NAME, &self.meta.namespace, &self.meta.name)
    }

    /// The node at a route (keys, and decimal indices for sequences).
    #[must_use]
    pub fn at<S: AsRef<str>>(&self, route: &[S]) -> Option<NodeRef<'_>> {
        self.raw.root().at(route)
    }

    /// Evidence of the value at a route; of its absence where there is none.
    #[must_use]
    pub fn evidence<S: AsRef<str>>(&self, route: &[S], note: impl Into<String>) -> Evidence {
        let field = field_path(route);
        match self.at(route) {
            Some(node) => {
                let evidence = Evidence::at(node.place(), note).field(field);
                match node.text() {
                    Some(text) => evidence.value(text),
                    None => evidence,
                }
            }
            None => Evidence::absence(format!("{} {}", K::NAME, self.meta.name), note).field(field),
        }
    }

    /// Evidence that points at the key at the end of a route, for whole maps and lists.
    #[must_use]
    pub fn key_evidence<S: AsRef<str>>(&self, route: &[S], note: impl Into<String>) -> Evidence {
        let key = route.split_last().and_then(|(last, parents)| self.at(parents)?.key(last.as_ref()));
        match key {
            Some(key) => Evidence::at(key.place(), note).field(field_path(route)),
            None => self.evidence(route, note),
        }
    }

    /// Evidence that points at the object's name: "this object".
    #[must_use]
    pub fn name_evidence(&self, note: impl Into<String>) -> Evidence {
        self.evidence(&["metadata", "name"], note)
    }
}

/// `spec.neighbors[0].ip`; keys with dots in brackets.
#[must_use]
pub fn field_path<S: AsRef<str>>(route: &[S]) -> String {
    let mut path = String::new();
    for step in route {
        let step = step.as_ref();
        if step.bytes().all(|b| b.is_ascii_digit()) && !step.is_empty() {
            path.push_str(&format!("[{step}]"));
        } else if step.contains(['.', '/', '[', '>']) {
            path.push_str(&format!("[\"{step}\"]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(step);
        }
    }
    path
}

/// All objects of a kind.
#[derive(Debug)]
pub struct Listing<K: Kind> {
    /// Sorted by namespace and name.
    pub objects: Vec<Object<K>>,
    /// True if the capture holds every object of the kind: a dump that is not cut, a List or a table
    /// without selector, with at least one object of the kind (gateway reference 8, Terms).
    pub complete: bool,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl<K: Kind> Default for Listing<K> {
    fn default() -> Self {
        Self { objects: Vec::new(), complete: false, by_name: BTreeMap::new() }
    }
}

impl<K: Kind> Listing<K> {
    /// A listing of these objects.
    #[must_use]
    pub fn new(objects: Vec<Object<K>>, complete: bool) -> Self {
        let mut by_name = BTreeMap::<String, Vec<usize>>::new();
        for (index, object) in objects.iter().enumerate() {
            by_name.entry(object.meta.name.clone()).or_default().push(index);
        }
        Self { complete: complete && !objects.is_empty(), objects, by_name }
    }

    /// Takes out the objects for which `test` is true.
    pub fn take_if(&mut self, test: impl Fn(&Object<K>) -> bool) -> Vec<Object<K>> {
        if !self.objects.iter().any(&test) {
            return Vec::new();
        }
        let complete = self.complete;
        let (taken, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.objects).into_iter().partition(test);
        let other = taken.len();
        *self = Self::new(kept, complete);
        // The listing is as complete as before: what was taken out was listed too.
        self.complete = complete && (other > 0 || !self.objects.is_empty());
        taken
    }

    /// The object with this name; of several in different namespaces the first by namespace.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Object<K>> {
        self.by_name.get(name)?.first().and_then(|index| self.objects.get(*index))
    }

    /// The object with this namespace and name.
    #[must_use]
    pub fn find_in(&self, namespace: &str, name: &str) -> Option<&Object<K>> {
        self.by_name
            .get(name)?
            .iter()
            .filter_map(|index| self.objects.get(*index))
            .find(|object| object.meta.namespace == namespace)
    }
}

/// Short name of the file that an object stands in, for absences.
#[must_use]
pub fn entry_name(sources: &Sources, entry: EntryId) -> String {
    sources.get(sources.outer(entry)).map(|entry| entry.path.clone()).unwrap_or_default()
}
