//! The door to the facts: every access is recorded.

use std::cell::{Cell, OnceCell};

use super::{Age, Clock, Facts, Gw, Kind, Listing, Log, LogRef, Object, Pod, PodView};
use crate::model::Time;
use crate::parse::log::Stream;
use crate::rule::{Source, SourceSet};

/// What a rule sees; one per rule run.
#[derive(Debug)]
pub struct Context<'b> {
    pub(super) facts: &'b Facts<'b>,
    read: Cell<SourceSet>,
    pub(super) groups: OnceCell<super::groups::Groups>,
}

impl<'b> Context<'b> {
    /// A context with nothing read yet.
    #[must_use]
    pub fn new(facts: &'b Facts<'b>) -> Self {
        Self { facts, read: Cell::new(SourceSet::default()), groups: OnceCell::new() }
    }

    /// What was read so far.
    #[must_use]
    pub fn read(&self) -> SourceSet {
        self.read.get()
    }

    /// Notes that a source was read.
    pub fn note(&self, source: Source) {
        let mut read = self.read.get();
        read.insert(source);
        self.read.set(read);
    }

    /// True if a source is in the capture. Does not count as reading it.
    #[must_use]
    pub fn captured(&self, source: Source) -> bool {
        self.facts.captured(source)
    }

    /// All objects of a kind, by namespace and name.
    #[must_use]
    pub fn list<K: Kind>(&self) -> &'b [Object<K>] {
        self.note(K::SOURCE);
        &self.listing::<K>().objects
    }

    /// The object of a kind with this name.
    #[must_use]
    pub fn find<K: Kind>(&self, name: &str) -> Option<&'b Object<K>> {
        self.note(K::SOURCE);
        self.listing::<K>().find(name)
    }

    /// The object of a kind with this namespace and name.
    #[must_use]
    pub fn find_in<K: Kind>(&self, namespace: &str, name: &str) -> Option<&'b Object<K>> {
        self.note(K::SOURCE);
        self.listing::<K>().find_in(namespace, name)
    }

    /// True if the capture holds every object of the kind: only then does a missing object not exist.
    #[must_use]
    pub fn complete<K: Kind>(&self) -> bool {
        self.note(K::SOURCE);
        self.listing::<K>().complete && !self.facts.truncated
    }

    fn listing<K: Kind>(&self) -> &'b Listing<K> {
        K::listing(&self.facts.objects)
    }

    /// Gateway objects in a wrong namespace: no other accessor shows them.
    #[must_use]
    pub fn misplaced(&self) -> &'b [super::Misplaced] {
        for source in [Source::Gateways, Source::GatewayGroups, Source::GatewayPeerings, Source::VpcInfos] {
            self.note(source);
        }
        &self.facts.misplaced
    }

    /// True if gateway objects belong into namespace `fab` (25.05).
    #[must_use]
    pub fn is_25_05_namespace(&self) -> bool {
        for source in [Source::Pods, Source::GatewayAgents, Source::Gateways, Source::Fabricator] {
            self.note(source);
        }
        self.facts.objects.gateway_namespace() == "fab"
    }

    /// True where a dump is cut: a missing key of its last object is unknown, not zero.
    #[must_use]
    pub fn truncated(&self) -> bool {
        self.facts.truncated
    }

    /// The capture time.
    #[must_use]
    pub fn clock(&self) -> &'b Clock {
        self.note(Source::CaptureTime);
        &self.facts.clock
    }

    /// Age of a time at the capture. A table's own age needs no clock.
    #[must_use]
    pub fn age(&self, time: Time) -> Option<Age> {
        self.note(Source::CaptureTime);
        self.facts.clock.age(time)
    }

    /// Age of an optional time.
    #[must_use]
    pub fn age_of(&self, time: Option<Time>) -> Option<Age> {
        time.and_then(|time| self.age(time))
    }

    /// Age of an object since its creation.
    #[must_use]
    pub fn object_age<K: Kind>(&self, object: &Object<K>) -> Option<Age> {
        self.age_of(object.meta.creation_timestamp)
    }

    /// Age of a log line's or event's instant.
    #[must_use]
    pub fn age_at(&self, at: jiff::Timestamp) -> Option<Age> {
        self.age(Time::At(at))
    }

    /// Age of the heartbeat of this object, where the capture can prove it.
    #[must_use]
    pub fn heartbeat_age<K: Kind>(&self, object: &Object<K>, beat: Time) -> Option<Age> {
        self.clock().heartbeat_age(beat, (object.raw.entry, K::NAME, &object.meta.name))
    }

    /// Gateways by name: named by a Gateway, a GatewayAgent, a `gw--*` pod or DaemonSet, an output or metrics text.
    pub fn gateways(&self) -> impl Iterator<Item = Gw<'_, 'b>> {
        self.facts.gateways.iter().map(move |data| Gw::new(self, data))
    }

    /// The gateway with this name.
    #[must_use]
    pub fn gateway(&self, name: &str) -> Option<Gw<'_, 'b>> {
        self.facts.gateways.iter().find(|data| data.name == name).map(|data| Gw::new(self, data))
    }

    /// Pods of a gateway with their roles, by name.
    pub(super) fn pods_of(&self, gateway: &str) -> impl Iterator<Item = PodView<'b>> {
        let pods = self.list::<Pod>();
        let indices = self.facts.gateway_pods.get(gateway).into_iter().flatten();
        indices.filter_map(|(index, role)| Some(PodView { object: pods.get(*index)?, role: *role }))
    }

    /// Pods of a node.
    pub(super) fn pods_on(&self, node: &str) -> impl Iterator<Item = &'b Object<Pod>> {
        let pods = self.list::<Pod>();
        self.facts.node_pods.get(node).into_iter().flatten().filter_map(|index| pods.get(*index))
    }

    /// When events tell of a reboot of a node.
    pub(super) fn reboots_of(&self, node: &str) -> &'b [Time] {
        self.note(Source::Events);
        self.facts.reboots.get(node).map_or(&[], Vec::as_slice)
    }

    /// Logs of a stream.
    pub fn logs(&self, stream: Stream) -> impl Iterator<Item = LogRef<'b>> {
        if let Some(source) = Log::source(stream) {
            self.note(source);
        }
        let sources = self.facts.sources;
        self.facts.logs.iter().filter(move |log| log.stream == stream).map(move |log| LogRef { log, sources })
    }

    /// Route tables captured on switches: device name and output.
    pub fn switch_routes(
        &self,
    ) -> impl Iterator<Item = &'b (String, super::Output<crate::parse::command::RouteTables>)> {
        self.note(Source::SwitchRoutes);
        self.facts.switch_routes.iter()
    }

    /// Text of an entry, for quoting.
    #[must_use]
    pub fn text(&self, entry: crate::source::EntryId) -> &'b str {
        self.facts.sources.text(entry)
    }

    /// The heading or prompt with a command that an entry was printed under; none for whole files.
    #[must_use]
    pub fn heading(&self, entry: crate::source::EntryId) -> Option<&'b str> {
        match &self.facts.sources.get(entry)?.role {
            crate::source::Role::Section { title } => Some(title),
            _ => None,
        }
    }

    /// Traffic that the user expects: (from, to).
    #[must_use]
    pub fn expectations(&self) -> &'b [(String, String)] {
        self.note(Source::Expectation);
        &self.facts.options.expect
    }

    /// True if the user expects traffic between two VPCs, in either direction.
    #[must_use]
    pub fn expects_between(&self, a: &str, b: &str) -> bool {
        self.expectations().iter().any(|(from, to)| (from == a && to == b) || (from == b && to == a))
    }

    /// What the user sees.
    #[must_use]
    pub fn symptom(&self) -> Option<crate::options::Symptom> {
        self.note(Source::Symptom);
        self.facts.options.symptom
    }
}
