//! Small worlds for tests: an installation as data, changed in one place, written as a bundle.
//!
//! The writers are text writers of their own: nothing here uses the analyzer's types, so that a test does
//! not agree with a defect of the code that it tests.

pub mod build;
pub mod fault;
mod read;
mod write;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use serde_json::{Value, json};

/// Output streams of a command, or logs of a container: stream name to text.
type Streams = BTreeMap<String, String>;

/// An installation at one moment.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// `createdAt` of the dump: the capture time.
    pub created_at: String,
    /// Version of the tool that collected.
    pub ctl_version: String,
    /// Kubernetes objects.
    pub objects: Vec<Value>,
    /// (namespace, pod, container) to `current` and `previous`.
    pub logs: BTreeMap<(String, String, String), Streams>,
    /// (gateway, command) to `stdout`, `stderr` and `error`.
    pub insights: BTreeMap<(String, String), Streams>,
    /// Gateway to Prometheus text; not part of a dump.
    pub metrics: BTreeMap<String, String>,
}

static HEALTHY: LazyLock<World> = LazyLock::new(|| read::dump(include_str!("../../../bundles/healthy.hhs")));
static OLDER: LazyLock<World> = LazyLock::new(|| read::dump(include_str!("../../../bundles/older-healthy.hhs")));

/// Kinds that no rule reads.
pub(crate) const UNREAD: [&str; 11] = [
    "CustomResourceDefinition",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "ServiceAccount",
    "ReplicaSet",
    "ControllerRevision",
    "Service",
    "NodeMetrics",
    "PodMetrics",
];

/// Kinds that few rules read; left out too, so that the tests of the others are quick.
const SELDOM_READ: [&str; 3] = ["SwitchProfile", "Secret", "ConfigMap"];

impl World {
    /// The healthy installation of release 26.03: gateways `gateway-1` (priority 200) and `gateway-2` (100).
    #[must_use]
    pub fn healthy() -> Self {
        HEALTHY.clone()
    }

    /// The same installation in the forms of release 26.02.
    #[must_use]
    pub fn older() -> Self {
        OLDER.clone()
    }

    /// An installation without anything, captured at `created_at`.
    #[must_use]
    pub fn empty(created_at: &str) -> Self {
        Self { created_at: created_at.into(), ctl_version: "v0.49.3".into(), ..Self::default() }
    }

    /// Reads a dump's text.
    #[must_use]
    pub fn from_dump(text: &str) -> Self {
        read::dump(text)
    }

    /// Without the kinds that no rule or few rules read.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.objects.retain(|object| !(UNREAD.contains(&kind(object)) || SELDOM_READ.contains(&kind(object))));
        self
    }

    /// The object `Kind/name`.
    ///
    /// # Panics
    /// If there is none: the test is wrong then.
    #[must_use]
    pub fn object(&self, path: &str) -> &Value {
        self.objects.iter().find(|object| is(object, path)).unwrap_or_else(|| panic!("no object {path}"))
    }

    fn object_mut(&mut self, path: &str) -> &mut Value {
        self.objects.iter_mut().find(|object| is(object, path)).unwrap_or_else(|| panic!("no object {path}"))
    }

    /// Sets a field of the object `Kind/name`. The pointer is a JSON pointer (`/status/lastAppliedGen`);
    /// missing maps on the way are made, `-` appends to a list.
    ///
    /// # Panics
    /// If the object or a list index on the way does not exist.
    #[must_use]
    pub fn set(mut self, path: &str, pointer: &str, value: impl Into<Value>) -> Self {
        let mut node = self.object_mut(path);
        for step in pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")) {
            if let Value::Array(items) = node {
                if step == "-" {
                    items.push(Value::Null);
                    node = items.last_mut().expect("just pushed");
                } else {
                    let index: usize = step.parse().expect("an index");
                    node = items.get_mut(index).unwrap_or_else(|| panic!("no item {index} at {pointer}"));
                }
                continue;
            }
            if !node.is_object() {
                *node = json!({});
            }
            node = node.as_object_mut().expect("just made").entry(step).or_insert(Value::Null);
        }
        *node = value.into();
        self
    }

    /// Removes a field of the object `Kind/name`.
    ///
    /// # Panics
    /// If the object or the field does not exist.
    #[must_use]
    pub fn unset(mut self, path: &str, pointer: &str) -> Self {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let node = self.object_mut(path).pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}"));
        let key = key.replace("~1", "/").replace("~0", "~");
        match node {
            Value::Object(map) => {
                map.remove(&key).unwrap_or_else(|| panic!("nothing at {pointer}"));
            }
            Value::Array(items) => {
                items.remove(key.parse().expect("an index"));
            }
            _ => panic!("nothing at {pointer}"),
        }
        self
    }

    /// Changes the object `Kind/name` freely.
    #[must_use]
    pub fn edit(mut self, path: &str, change: impl FnOnce(&mut Value)) -> Self {
        change(self.object_mut(path));
        self
    }

    /// Deletes the object `Kind/name`.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn delete(mut self, path: &str) -> Self {
        let before = self.objects.len();
        self.objects.retain(|object| !is(object, path));
        assert!(self.objects.len() < before, "no object {path}");
        self
    }

    /// Deletes all objects of a kind: as if it were not captured.
    #[must_use]
    pub fn without(mut self, unwanted: &str) -> Self {
        self.objects.retain(|object| kind(object) != unwanted);
        self
    }

    /// Adds objects, given as YAML documents.
    ///
    /// # Panics
    /// If the text is not YAML.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "a world is not a number: `add` reads well in tests")]
    pub fn add(mut self, yaml: &str) -> Self {
        self.objects.extend(read::documents(yaml));
        self
    }

    /// Name of the pod of a gateway's role (`dataplane`, `frr`).
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn pod(&self, gateway: &str, role: &str) -> String {
        let prefix = format!("gw--{gateway}--{role}-");
        self.objects
            .iter()
            .filter(|object| kind(object) == "Pod")
            .map(name)
            .find(|name| name.starts_with(&prefix))
            .unwrap_or_else(|| panic!("no pod {prefix}"))
            .to_owned()
    }

    /// Replaces the log of a container in namespace `fab`.
    #[must_use]
    pub fn log(self, pod: &str, container: &str, text: &str) -> Self {
        self.stream(pod, container, "current", text)
    }

    /// Adds lines to the end of the log of a container in namespace `fab`.
    #[must_use]
    pub fn log_more(mut self, pod: &str, container: &str, text: &str) -> Self {
        let key = ("fab".to_owned(), pod.to_owned(), container.to_owned());
        let log = self.logs.entry(key).or_default().entry("current".into()).or_default();
        if !log.is_empty() && !log.ends_with('\n') {
            log.push('\n');
        }
        log.push_str(text);
        self
    }

    /// Sets the log of the previous container in namespace `fab`.
    #[must_use]
    pub fn previous_log(self, pod: &str, container: &str, text: &str) -> Self {
        self.stream(pod, container, "previous", text)
    }

    fn stream(mut self, pod: &str, container: &str, stream: &str, text: &str) -> Self {
        let key = ("fab".to_owned(), pod.to_owned(), container.to_owned());
        self.logs.entry(key).or_default().insert(stream.into(), text.into());
        self
    }

    /// Without logs.
    #[must_use]
    pub fn without_logs(mut self) -> Self {
        self.logs.clear();
        self
    }

    /// Replaces the output of a command on a gateway (`dataplane: show tech`).
    #[must_use]
    pub fn insight(mut self, gateway: &str, command: &str, stdout: &str) -> Self {
        let streams = BTreeMap::from([("stdout".to_owned(), stdout.to_owned())]);
        self.insights.insert((gateway.into(), command.into()), streams);
        self
    }

    /// Makes a command on a gateway fail.
    #[must_use]
    pub fn insight_error(mut self, gateway: &str, command: &str, error: &str) -> Self {
        let streams = BTreeMap::from([("error".to_owned(), error.to_owned())]);
        self.insights.insert((gateway.into(), command.into()), streams);
        self
    }

    /// Replaces a text in the output of a command on a gateway.
    ///
    /// # Panics
    /// If the output does not hold it.
    #[must_use]
    pub fn insight_replace(mut self, gateway: &str, command: &str, from: &str, to: &str) -> Self {
        let streams = self
            .insights
            .get_mut(&(gateway.to_owned(), command.to_owned()))
            .unwrap_or_else(|| panic!("no output of {command} on {gateway}"));
        let stdout = streams.get_mut("stdout").expect("stdout");
        assert!(stdout.contains(from), "{command} on {gateway} does not hold {from:?}");
        *stdout = stdout.replace(from, to);
        self
    }

    /// Without outputs of commands.
    #[must_use]
    pub fn without_insights(mut self) -> Self {
        self.insights.clear();
        self
    }

    /// Sets the Prometheus text of a gateway; only in forms other than a dump.
    #[must_use]
    pub fn metrics(mut self, gateway: &str, text: &str) -> Self {
        self.metrics.insert(gateway.into(), text.into());
        self
    }
}

/// Kind of an object.
#[must_use]
pub fn kind(object: &Value) -> &str {
    object["kind"].as_str().unwrap_or("")
}

/// Name of an object.
#[must_use]
pub fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or("")
}

fn is(object: &Value, path: &str) -> bool {
    path.split_once('/').is_some_and(|(k, n)| kind(object) == k && name(object) == n)
}
