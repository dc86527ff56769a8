//! Events of both APIs, `v1` and `events.k8s.io/v1`, as one type.

use serde::Deserialize;

use super::Time;

/// An Event, read from the object's root (events have no `spec`). Both APIs fill this one type; the
/// methods choose between their field names.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Event {
    /// Object of a `v1` event.
    pub involved_object: ObjectReference,
    /// Object of an `events.k8s.io` event.
    pub regarding: ObjectReference,
    /// CamelCase reason.
    pub reason: String,
    /// Text of a `v1` event.
    pub message: String,
    /// Text of an `events.k8s.io` event.
    pub note: String,
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Occurrences, `v1`.
    pub count: u64,
    /// Occurrences, `events.k8s.io`.
    pub deprecated_count: u64,
    /// Present while an event repeats.
    pub series: Option<EventSeries>,
    /// First occurrence, `v1`.
    pub first_timestamp: Option<Time>,
    /// Last occurrence, `v1`.
    pub last_timestamp: Option<Time>,
    /// First occurrence, `events.k8s.io`.
    pub deprecated_first_timestamp: Option<Time>,
    /// Last occurrence, `events.k8s.io`.
    pub deprecated_last_timestamp: Option<Time>,
    /// First occurrence of newer events of either API.
    pub event_time: Option<Time>,
    /// Who wrote a `v1` event.
    pub source: EventSource,
    /// Who wrote a newer event.
    pub reporting_component: String,
    /// The same in `events.k8s.io`.
    pub reporting_controller: String,
}

/// Object that an event is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ObjectReference {
    /// API version; empty in tables.
    pub api_version: String,
    /// Kind. Tables print it in lower case.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Part of the object, `spec.containers{frr}`.
    pub field_path: String,
}

/// Repetitions of an event.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EventSeries {
    /// Occurrences.
    pub count: u64,
    /// Last occurrence.
    pub last_observed_time: Option<Time>,
}

/// Writer of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct EventSource {
    /// `kubelet`, …
    pub component: String,
    /// Node.
    pub host: String,
}

/// A time that is set.
fn set(time: Option<Time>) -> Option<Time> {
    time.filter(|time| *time != Time::Never)
}

impl Event {
    /// The object.
    #[must_use]
    pub fn object(&self) -> &ObjectReference {
        if self.involved_object.name.is_empty() { &self.regarding } else { &self.involved_object }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        if self.message.is_empty() { &self.note } else { &self.message }
    }

    /// Occurrences, at least 1.
    #[must_use]
    pub fn occurrences(&self) -> u64 {
        let series = self.series.as_ref().map_or(0, |series| series.count);
        series.max(self.count).max(self.deprecated_count).max(1)
    }

    /// First occurrence.
    #[must_use]
    pub fn first(&self) -> Option<Time> {
        set(self.first_timestamp).or_else(|| set(self.deprecated_first_timestamp)).or_else(|| set(self.event_time))
    }

    /// Last occurrence.
    #[must_use]
    pub fn last(&self) -> Option<Time> {
        self.series
            .as_ref()
            .and_then(|series| set(series.last_observed_time))
            .or_else(|| set(self.last_timestamp))
            .or_else(|| set(self.deprecated_last_timestamp))
            .or_else(|| set(self.event_time))
    }
}
