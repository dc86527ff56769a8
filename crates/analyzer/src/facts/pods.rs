//! Pods of gateways, whatever form they were captured in.

use super::{Age, Context, Form, Object, Pod};
use crate::finding::Evidence;
use crate::model::Time;
use crate::model::core::{ContainerStatus, PodTable};

/// What a gateway's pod does (gateway reference 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PodRole {
    /// 25.05 only.
    Agent,
    /// The dataplane.
    Dataplane,
    /// FRR and its exporter.
    Frr,
}

impl PodRole {
    /// The word in names.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Dataplane => "dataplane",
            Self::Frr => "frr",
        }
    }

    /// Gateway and role of `gw--<gw>--<role>-<suffix>` (pods) or `gw--<gw>--<role>` (workloads).
    /// The gateway's name may itself contain dashes: the first and the last `--` count.
    #[must_use]
    pub fn parse(name: &str) -> Option<(&str, Self)> {
        let rest = name.strip_prefix("gw--")?;
        let (gateway, tail) = rest.rsplit_once("--")?;
        let role = tail.split('-').next().unwrap_or(tail);
        let suffix = tail.get(role.len()..).unwrap_or("");
        let plausible =
            suffix.is_empty() || (suffix.len() > 1 && suffix.bytes().skip(1).all(|b| b.is_ascii_alphanumeric()));
        if gateway.is_empty() || !plausible {
            return None;
        }
        let role = match role {
            "agent" => Self::Agent,
            "dataplane" => Self::Dataplane,
            "frr" => Self::Frr,
            _ => return None,
        };
        Some((gateway, role))
    }
}

impl PodRole {
    /// Gateway and role of a pod: by its name, else by the label of its DaemonSet. Only in the namespace of
    /// the gateways' pods.
    #[must_use]
    pub fn of(pod: &Object<Pod>) -> Option<(&str, Self)> {
        if !matches!(pod.meta.namespace.as_str(), "fab" | "") {
            return None;
        }
        Self::parse(&pod.meta.name).or_else(|| Self::parse(pod.meta.labels.get("app.kubernetes.io/name")?))
    }
}

/// One pod of a gateway.
#[derive(Debug, Clone, Copy)]
pub struct PodView<'b> {
    /// The object.
    pub object: &'b Object<Pod>,
    /// Its role.
    pub role: PodRole,
}

/// One container with its status and the route to it.
#[derive(Debug, Clone)]
pub struct ContainerView<'b> {
    /// Status.
    pub status: &'b ContainerStatus,
    /// True for init containers.
    pub init: bool,
    /// Route to the status in the pod.
    pub route: Vec<String>,
}

impl ContainerView<'_> {
    /// Reason of the waiting state; empty if it does not wait.
    #[must_use]
    pub fn waiting(&self) -> &str {
        self.status.state.waiting.as_ref().map_or("", |waiting| waiting.reason.as_str())
    }

    /// True while it has not started yet and nothing went wrong.
    #[must_use]
    pub fn is_starting(&self) -> bool {
        matches!(self.waiting(), "PodInitializing" | "ContainerCreating")
    }

    /// True if its image cannot be pulled.
    #[must_use]
    pub fn image_failure(&self) -> bool {
        matches!(self.waiting(), "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName")
    }

    /// The last end: of the present state, or of the state before.
    #[must_use]
    pub fn last_end(&self) -> Option<&crate::model::core::ContainerTerminated> {
        self.status.state.terminated.as_ref().or(self.status.last_state.terminated.as_ref())
    }

    /// When the last end was; without `lastState` the start of the running container stands for it.
    #[must_use]
    pub fn last_end_time(&self) -> Option<Time> {
        match self.last_end() {
            Some(end) => end.finished_at,
            None if self.status.restart_count > 0 => self.started_at(),
            None => None,
        }
    }

    /// Start of the running container.
    #[must_use]
    pub fn started_at(&self) -> Option<Time> {
        self.status.state.running.as_ref().and_then(|running| running.started_at)
    }

    /// Route below this container's status.
    #[must_use]
    pub fn at(&self, rest: &[&str]) -> Vec<String> {
        self.route.iter().cloned().chain(rest.iter().map(|step| (*step).to_owned())).collect()
    }
}

impl<'b> PodView<'b> {
    /// The pod's name.
    #[must_use]
    pub fn name(self) -> &'b str {
        &self.object.meta.name
    }

    /// True if only a table row is known: containers are then not told apart.
    #[must_use]
    pub fn table_only(self) -> bool {
        self.object.raw.form == Form::Table
    }

    /// The table row, where one was captured.
    #[must_use]
    pub fn table(self) -> Option<PodTable> {
        let node = self.object.at(&["x-table"])?;
        crate::yaml::from_node(node, &mut Vec::new())
    }

    /// Ready and all containers of the table row.
    #[must_use]
    pub fn table_ready(self) -> Option<(u32, u32)> {
        let table = self.table()?;
        let (ready, all) = table.ready.split_once('/')?;
        Some((ready.trim().parse().ok()?, all.trim().parse().ok()?))
    }

    /// Main containers.
    #[must_use]
    pub fn containers(self) -> Vec<ContainerView<'b>> {
        views(&self.object.status.container_statuses, "containerStatuses", false)
    }

    /// Init containers.
    #[must_use]
    pub fn init_containers(self) -> Vec<ContainerView<'b>> {
        views(&self.object.status.init_container_statuses, "initContainerStatuses", true)
    }

    /// All containers, init containers first.
    #[must_use]
    pub fn all_containers(self) -> Vec<ContainerView<'b>> {
        let mut all = self.init_containers();
        all.extend(self.containers());
        all
    }

    /// The main container with this name.
    #[must_use]
    pub fn container(self, name: &str) -> Option<ContainerView<'b>> {
        self.containers().into_iter().find(|view| view.status.name == name)
    }

    /// Age of the pod.
    #[must_use]
    pub fn age(self, cx: &Context<'b>) -> Option<Age> {
        cx.object_age(self.object)
    }

    /// Evidence of a value in a container's status.
    #[must_use]
    pub fn container_evidence(self, view: &ContainerView<'_>, rest: &[&str], note: &str) -> Evidence {
        self.object.evidence(&view.at(rest), note)
    }
}

fn views<'b>(statuses: &'b [ContainerStatus], list: &str, init: bool) -> Vec<ContainerView<'b>> {
    statuses
        .iter()
        .enumerate()
        .map(|(index, status)| ContainerView {
            status,
            init,
            route: vec!["status".into(), list.into(), index.to_string()],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_gateway_pods() {
        assert_eq!(PodRole::parse("gw--gw-1--dataplane-4kq8z"), Some(("gw-1", PodRole::Dataplane)));
        assert_eq!(PodRole::parse("gw--a--b--frr-mlt2x"), Some(("a--b", PodRole::Frr)));
        assert_eq!(PodRole::parse("gw--gw-1--frr"), Some(("gw-1", PodRole::Frr)));
        assert_eq!(PodRole::parse("gw-gateway-1"), None);
        assert_eq!(PodRole::parse("gateway-ctrl-abc"), None);
        assert_eq!(PodRole::parse("gw--gw-1--other-abcde"), None);
    }
}
