//! The object that a finding is about.

use std::fmt;

use super::Key;

/// A Kubernetes object, and what in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// Kind.
    pub kind: String,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// A neighbour's address, an interface, a container, a direction `a->b`.
    pub part: Option<String>,
}

impl Subject {
    /// A subject without part.
    #[must_use]
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self { kind: kind.into(), namespace: namespace.into(), name: name.into(), part: None }
    }

    /// Join key of the object, without the part.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::Object(self.kind.clone(), self.namespace.clone(), self.name.clone())
    }

    /// Names what in the object.
    #[must_use]
    pub fn part(mut self, part: impl Into<String>) -> Self {
        self.part = Some(part.into());
        self
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        match &self.part {
            Some(part) => write!(f, " ({part})"),
            None => Ok(()),
        }
    }
}
