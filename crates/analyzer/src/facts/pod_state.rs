//! What is wrong with the pods of a gateway now; derived once, so that every rule says the same
//! (gateway reference 8.1, GW-POD-DP-CRASH, -INIT, -FRR-DOWN, -EXPORTER, -IMAGE).

use super::{ContainerView, Context, Gw, PodRole, PodView};
use crate::model::core::PodTable;

/// Seconds that a container may be unready after its start.
const READY_WITHIN: i64 = 60;
/// Seconds that a pod may take to start; tables are judged after this time only.
pub(super) const START_WITHIN: i64 = 120;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The image cannot be pulled.
    Image,
    /// An init container fails.
    Init,
    /// No container of the pod has started after 2 minutes.
    NotStarted,
    /// A main container does not run, or is not ready.
    Down,
}

/// One fault of one pod.
#[derive(Debug, Clone)]
pub struct Fault<'b> {
    /// The pod.
    pub pod: PodView<'b>,
    /// What is wrong.
    pub kind: FaultKind,
    /// The container; none where only a table row is known or the pod as a whole is meant.
    pub container: Option<ContainerView<'b>>,
}

impl Fault<'_> {
    /// The container's name; empty where it is not known.
    #[must_use]
    pub fn container_name(&self) -> &str {
        self.container.as_ref().map_or("", |view| view.status.name.as_str())
    }

    /// True if it is certainly the exporter only, which no traffic needs.
    #[must_use]
    pub fn is_exporter(&self) -> bool {
        self.container_name() == "frr-exporter"
    }
}

impl ContainerView<'_> {
    /// True if it waits after failed starts.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        matches!(
            self.waiting(),
            "CrashLoopBackOff" | "RunContainerError" | "CreateContainerError" | "CreateContainerConfigError"
        )
    }

    /// True if its present state is an end with an exit code other than 0.
    #[must_use]
    pub fn ended_badly(&self) -> bool {
        self.status.state.terminated.as_ref().is_some_and(|end| end.exit_code != 0)
    }
}

impl PodView<'_> {
    /// True if the pod is on its way out: a rollout, or its node is gone.
    #[must_use]
    pub fn is_leaving(self) -> bool {
        let meta = &self.object.meta;
        meta.deletion_timestamp.is_some()
            || matches!(self.object.status.phase.as_str(), "Failed" | "Succeeded")
            || (self.table_only()
                && self.table().is_some_and(|row| matches!(row.status.as_str(), "Terminating" | "Evicted")))
    }
}

impl<'b> Gw<'_, 'b> {
    /// Faults of all its pods, worst told first by pod and container.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault<'b>> {
        self.cx.pods_of(self.name()).filter(|pod| !pod.is_leaving()).flat_map(|pod| self.pod_faults(pod)).collect()
    }

    /// Faults of one pod.
    #[must_use]
    pub fn pod_faults(&self, pod: PodView<'b>) -> Vec<Fault<'b>> {
        if pod.table_only() {
            let kind = pod.table().and_then(|row| row_fault(self.cx, pod, &row));
            return kind.into_iter().map(|kind| Fault { pod, kind, container: None }).collect();
        }
        let mut faults = Vec::new();
        for view in pod.all_containers() {
            let kind = if view.image_failure() {
                FaultKind::Image
            } else if view.init && self.init_fails(&view) {
                FaultKind::Init
            } else if !view.init && self.container_is_down(&view) {
                FaultKind::Down
            } else {
                continue;
            };
            faults.push(Fault { pod, kind, container: Some(view) });
        }
        let unstarted = || {
            let containers = pod.containers();
            containers.iter().any(ContainerView::is_starting)
                || (containers.is_empty() && pod.object.status.phase == "Pending")
        };
        if faults.is_empty() && pod.age(self.cx).is_some_and(|age| age.over(START_WITHIN)) && unstarted() {
            let container = pod.init_containers().into_iter().find(|view| !view.status.ready);
            faults.push(Fault { pod, kind: FaultKind::NotStarted, container });
        }
        faults
    }

    fn init_fails(&self, view: &ContainerView<'_>) -> bool {
        let state = &view.status.state;
        let again = state.running.is_some() && view.last_end().is_some_and(|end| end.exit_code != 0);
        view.is_failing() || ((view.ended_badly() || again) && !self.ended_in_reboot(view))
    }

    /// A main container that waits after failed starts, ended badly, or is not ready for a minute after its
    /// start. What a reboot of the node ended is no fault.
    #[must_use]
    pub fn container_is_down(&self, view: &ContainerView<'_>) -> bool {
        if view.ended_badly() {
            return !self.ended_in_reboot(view);
        }
        if view.is_failing() {
            let clean = view.last_end().is_some_and(|end| end.exit_code == 0);
            return !(clean && self.ended_in_reboot(view));
        }
        self.unready_too_long(view)
    }

    /// Not ready for more than 60 s after its start.
    #[must_use]
    pub fn unready_too_long(&self, view: &ContainerView<'_>) -> bool {
        let age = view.started_at().and_then(|time| self.cx.age(time));
        !view.status.ready && age.is_some_and(|age| age.over(READY_WITHIN))
    }

    /// True if the container's last end belongs to a reboot of the gateway.
    #[must_use]
    pub fn ended_in_reboot(&self, view: &ContainerView<'_>) -> bool {
        view.last_end_time().is_some_and(|end| self.cx.rebooted_together(self.name(), end))
    }
}

/// What a row of a pods table tells. Words of a start are judged after 2 minutes, as is a missing `READY`.
fn row_fault(cx: &Context<'_>, pod: PodView<'_>, row: &PodTable) -> Option<FaultKind> {
    let old = pod.age(cx).is_some_and(|age| age.over(START_WITHIN));
    let status = row.status.as_str();
    let inner = status.strip_prefix("Init:");
    if matches!(inner.unwrap_or(status), "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName") {
        return Some(FaultKind::Image);
    }
    match inner {
        Some("CrashLoopBackOff" | "Error" | "OOMKilled") => return Some(FaultKind::Init),
        Some(_) if old => return Some(FaultKind::Init),
        Some(_) => return None,
        None => {}
    }
    match status {
        "CrashLoopBackOff"
        | "Error"
        | "OOMKilled"
        | "RunContainerError"
        | "CreateContainerError"
        | "CreateContainerConfigError"
        | "ContainerCannotRun"
        | "StartError" => {
            // Of an frr pod the row cannot tell which container it is: not in its first minutes.
            (old || pod.role != PodRole::Frr).then_some(FaultKind::Down)
        }
        "PodInitializing" | "ContainerCreating" | "Pending" => old.then_some(FaultKind::NotStarted),
        "Running" => {
            let (ready, all) = pod.table_ready()?;
            let settled = row.last_restart.is_none_or(|time| cx.age(time).is_none_or(|age| age.over(READY_WITHIN)));
            (ready < all && old && settled).then_some(FaultKind::Down)
        }
        _ => None,
    }
}
