//! Which Connections carry something.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Agent, Context, ExternalAttachment, VPCAttachment};

/// Attachments by Connection, from the objects and from the copies of the switches.
#[derive(Debug, Default)]
pub(super) struct Attached<'b> {
    by_connection: BTreeMap<&'b str, BTreeSet<&'b str>>,
    /// True if there are no others.
    complete: bool,
    /// Switches whose copies are there.
    switches: BTreeSet<&'b str>,
}

impl<'b> Attached<'b> {
    /// VPCAttachments.
    pub(super) fn vpcs(cx: &Context<'b>) -> Self {
        let mut attached = Self::copies(cx);
        attached.complete = cx.complete::<VPCAttachment>();
        for object in cx.list::<VPCAttachment>() {
            attached.add(&object.spec.connection, object.name());
        }
        for agent in cx.list::<Agent>().iter().filter(|_| !attached.complete) {
            for (name, spec) in &agent.spec.vpc_attachments {
                attached.by_connection.entry(&spec.connection).or_default().insert(name);
            }
        }
        attached
    }

    /// ExternalAttachments.
    pub(super) fn externals(cx: &Context<'b>) -> Self {
        let mut attached = Self::copies(cx);
        attached.complete = cx.complete::<ExternalAttachment>();
        for object in cx.list::<ExternalAttachment>() {
            attached.add(&object.spec.connection, object.name());
        }
        for agent in cx.list::<Agent>().iter().filter(|_| !attached.complete) {
            for (name, spec) in &agent.spec.external_attachments {
                attached.by_connection.entry(&spec.connection).or_default().insert(name);
            }
        }
        attached
    }

    fn copies(cx: &Context<'b>) -> Self {
        let whole = cx.list::<Agent>().iter().filter(|agent| !agent.spec.connections.is_empty());
        Self { switches: whole.map(|agent| agent.name()).collect(), ..Self::default() }
    }

    fn add(&mut self, connection: &'b str, name: &'b str) {
        self.by_connection.entry(connection).or_default().insert(name);
    }

    /// Attachments of a Connection.
    pub(super) fn of(&self, connection: &str) -> impl Iterator<Item = &'b str> + use<'_, 'b> {
        self.by_connection.get(connection).into_iter().flatten().copied()
    }

    /// True if a Connection on a switch carries something; none if that cannot be told.
    pub(super) fn is_attached(&self, connection: &str, switch: &str) -> Option<bool> {
        if self.by_connection.contains_key(connection) {
            return Some(true);
        }
        (self.complete || self.switches.contains(switch)).then_some(false)
    }
}
