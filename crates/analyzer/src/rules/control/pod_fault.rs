//! What is wrong with a pod of the control plane (fabric reference 8.1, FAB-013).

use std::collections::BTreeMap;

use crate::facts::{ContainerView, Context, Fault, FaultKind, PodView, Workload};
use crate::finding::{Evidence, Finding, Key, Severity, Subject};
use crate::model::core::{ContainerTerminated, PodTable};
use crate::rule::Outcome;
use crate::rules::liveness::{last_words, pod};

/// A pod may take this long to start, and a container to become ready.
pub(super) const STARTING: i64 = 300;
/// An end with an error is news for this long.
const RECENT_END: i64 = 3600;
/// Memory that ran out may run out again for this long.
const RECENT_MEMORY: i64 = 86_400;

/// What is wrong, most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// The image cannot be pulled.
    Image,
    /// The kernel's memory killer ended it.
    Memory,
    /// It ends with an error again and again, or has ended.
    Crash,
    /// It ended with an error a short while ago and runs again.
    Restarted,
    /// It runs and is not ready.
    NotReady,
    /// It does not start.
    Pending,
    /// The pod failed: evicted, or its job gave up.
    Failed,
    /// Its node does not tell its state.
    Unknown,
}

/// One pod with what is wrong with it.
#[derive(Debug, Clone)]
pub(super) struct PodFault<'b> {
    pub(super) pod: PodView<'b>,
    pub(super) trouble: Trouble,
    pub(super) container: Option<ContainerView<'b>>,
    pub(super) workload: Workload,
    /// Another pod of its workload works.
    replaced: bool,
}

/// How the pods of a workload are, by namespace and workload.
#[derive(Debug, Default)]
pub(super) struct Siblings(BTreeMap<(String, Workload), Counts>);

/// Pods of one workload.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    /// All.
    pub(super) all: usize,
    /// Ready, or done.
    pub(super) working: usize,
}

impl Siblings {
    /// Counts the pods of all workloads.
    pub(super) fn new(cx: &Context<'_>) -> Self {
        let mut counts = BTreeMap::<_, Counts>::new();
        for pod in cx.control_pods() {
            let key = (pod.object.meta.namespace.clone(), Workload::of(pod.object));
            let count = counts.entry(key).or_default();
            count.all += 1;
            count.working += usize::from(works(pod));
        }
        Self(counts)
    }

    /// The pods of a workload.
    pub(super) fn of(&self, namespace: &str, workload: &Workload) -> Counts {
        self.0.get(&(namespace.to_owned(), workload.clone())).copied().unwrap_or_default()
    }
}

fn works(pod: PodView<'_>) -> bool {
    if pod.table_only() {
        let done = pod.table().is_some_and(|row| row.status == "Completed");
        return done || pod.table_ready().is_some_and(|(ready, all)| ready == all && all > 0);
    }
    let containers = pod.containers();
    let ready = !containers.is_empty() && containers.iter().all(|view| view.status.ready);
    pod.object.status.phase == "Succeeded" || (ready && pod.object.meta.deletion_timestamp.is_none())
}

/// The fault of a pod; none if it works, starts or ends as it should.
pub(super) fn fault<'b>(cx: &Context<'_>, pod: PodView<'b>, siblings: &Siblings) -> Option<PodFault<'b>> {
    let workload = Workload::of(pod.object);
    let replaced = {
        // The pods of a DaemonSet stand on different nodes: none replaces another.
        let own = usize::from(works(pod));
        workload.kind != "DaemonSet" && siblings.of(&pod.object.meta.namespace, &workload).working > own
    };
    let (trouble, container) = trouble(cx, pod)?;
    // What a workload has replaced is a leftover.
    let leftover = replaced && matches!(trouble, Trouble::Failed | Trouble::Unknown);
    (!leftover).then_some(PodFault { pod, trouble, container, workload, replaced })
}

fn trouble<'b>(cx: &Context<'_>, pod: PodView<'b>) -> Option<(Trouble, Option<ContainerView<'b>>)> {
    if pod.object.meta.deletion_timestamp.is_some() {
        return None;
    }
    if pod.table_only() {
        return Some((row_trouble(cx, pod, &pod.table()?)?, None));
    }
    match pod.object.status.phase.as_str() {
        "Succeeded" => return None,
        "Failed" => return Some((Trouble::Failed, None)),
        "Unknown" => return Some((Trouble::Unknown, None)),
        _ => {}
    }
    let worst = pod
        .all_containers()
        .into_iter()
        .filter_map(|view| Some((container_trouble(cx, pod, &view)?, view)))
        .min_by_key(|(trouble, _)| *trouble);
    if let Some((trouble, view)) = worst {
        return Some((trouble, Some(view)));
    }
    let waits = pod.object.status.phase == "Pending" && pod.object.status.container_statuses.is_empty();
    (waits && pod.age(cx).is_some_and(|age| age.over(STARTING))).then_some((Trouble::Pending, None))
}

fn container_trouble(cx: &Context<'_>, pod: PodView<'_>, view: &ContainerView<'_>) -> Option<Trouble> {
    if view.image_failure() {
        return Some(Trouble::Image);
    }
    let node = pod.object.spec.node_name.as_str();
    let rebooted = || {
        let end = view.last_end_time();
        !node.is_empty() && end.is_some_and(|end| cx.rebooted_together(node, end))
    };
    if view.is_failing() {
        let clean = view.last_end().is_some_and(|end| end.exit_code == 0);
        return if clean && rebooted() { None } else { Some(of_end(view.last_end(), Trouble::Crash)) };
    }
    if let Some(end) = &view.status.state.terminated {
        return if end.exit_code == 0 || rebooted() { None } else { Some(of_end(Some(end), Trouble::Crash)) };
    }
    let before = view.status.last_state.terminated.as_ref().filter(|end| end.exit_code != 0 && !view.init);
    if let Some(end) = before {
        let trouble = of_end(Some(end), Trouble::Restarted);
        let limit = if trouble == Trouble::Memory { RECENT_MEMORY } else { RECENT_END };
        if cx.age_of(end.finished_at).is_some_and(|age| age.under(limit)) && !rebooted() {
            return Some(trouble);
        }
    }
    if !view.init && !view.status.ready && view.status.state.running.is_some() {
        let age = cx.age_of(view.started_at());
        return age.is_some_and(|age| age.over(STARTING)).then_some(Trouble::NotReady);
    }
    let old = pod.age(cx).is_some_and(|age| age.over(STARTING));
    (view.is_starting() && pod.object.status.phase == "Pending" && old && !rebooted()).then_some(Trouble::Pending)
}

fn of_end(end: Option<&ContainerTerminated>, otherwise: Trouble) -> Trouble {
    if end.is_some_and(|end| end.reason == "OOMKilled") { Trouble::Memory } else { otherwise }
}

/// What a row of a pods table tells: of a restart not how the container ended.
fn row_trouble(cx: &Context<'_>, pod: PodView<'_>, row: &PodTable) -> Option<Trouble> {
    let old = pod.age(cx).is_some_and(|age| age.over(STARTING));
    let status = row.status.strip_prefix("Init:").unwrap_or(&row.status);
    match status {
        "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" => Some(Trouble::Image),
        "OOMKilled" => Some(Trouble::Memory),
        "CrashLoopBackOff"
        | "Error"
        | "RunContainerError"
        | "CreateContainerError"
        | "CreateContainerConfigError"
        | "ContainerCannotRun"
        | "StartError" => Some(Trouble::Crash),
        "Evicted" | "Failed" | "OutOfmemory" | "OutOfcpu" | "UnexpectedAdmissionError" => Some(Trouble::Failed),
        "Unknown" | "NodeLost" | "ContainerStatusUnknown" => Some(Trouble::Unknown),
        "Pending" | "ContainerCreating" | "PodInitializing" => old.then_some(Trouble::Pending),
        "Running" => {
            let (ready, all) = pod.table_ready()?;
            let settled = row.last_restart.is_none_or(|time| cx.age(time).is_none_or(|age| age.over(STARTING)));
            (ready < all && old && settled).then_some(Trouble::NotReady)
        }
        _ => None,
    }
}

impl PodFault<'_> {
    /// Critical where a part that all others need does not work at all; on a gateway that is being installed no
    /// more than `info`.
    fn severity(&self, cx: &Context<'_>) -> Severity {
        if cx.gateway(&self.pod.object.spec.node_name).is_some_and(|gw| gw.is_new()) {
            return Severity::Info;
        }
        let core = matches!(
            (self.pod.object.meta.namespace.as_str(), self.workload.name.as_str()),
            ("fab", "fabric-ctrl" | "zot") | ("kube-system", "coredns")
        );
        if core && !self.replaced && !works(self.pod) { Severity::Critical } else { Severity::Error }
    }

    /// True if the certificate of the registry is not trusted.
    pub(super) fn unknown_authority(&self) -> bool {
        let waiting = self.container.as_ref().and_then(|view| view.status.state.waiting.as_ref());
        waiting.is_some_and(|waiting| waiting.message.contains("certificate signed by unknown authority"))
    }

    fn container_name(&self) -> &str {
        self.container.as_ref().map_or("", |view| view.status.name.as_str())
    }

    fn title(&self, cx: &Context<'_>) -> String {
        let (name, workload) = (self.pod.name(), self.workload.name.as_str());
        let end = self.container.as_ref().and_then(ContainerView::last_end);
        match self.trouble {
            Trouble::Image => format!("{workload}: pod {name} cannot pull its image"),
            Trouble::Memory => format!("{workload}: pod {name} runs out of memory"),
            Trouble::Crash => match end {
                Some(end) => format!("{workload}: pod {name} fails, exit code {}", end.exit_code),
                None => format!("{workload}: pod {name} fails"),
            },
            Trouble::Restarted => {
                let since = end.and_then(|end| cx.age_of(end.finished_at));
                let since = since.map(|age| format!(" {} ago", age.words())).unwrap_or_default();
                let code = end.map_or(0, |end| end.exit_code);
                format!("{workload}: pod {name} ended with exit code {code}{since} and was restarted")
            }
            Trouble::NotReady => format!("{workload}: pod {name} runs and is not ready"),
            Trouble::Pending => format!("{workload}: pod {name} does not start"),
            Trouble::Failed => {
                let reason = Some(self.pod.object.status.reason.as_str()).filter(|reason| !reason.is_empty());
                format!("{workload}: pod {name} failed{}", reason.map(|r| format!(" ({r})")).unwrap_or_default())
            }
            Trouble::Unknown => format!("{workload}: the state of pod {name} is unknown"),
        }
    }

    /// What the pod's own fields say.
    fn evidence(&self) -> Vec<Evidence> {
        if self.pod.table_only() {
            return pod::row_evidence(self.pod);
        }
        if self.container.is_some() {
            let fault = Fault { pod: self.pod, kind: FaultKind::Down, container: self.container.clone() };
            return pod::state_evidence(&fault);
        }
        let object = self.pod.object;
        let mut evidence = vec![object.evidence(&["status", "phase"], "phase of the pod")];
        for (field, note) in [("reason", "reason"), ("message", "message")] {
            if object.at(&["status", field]).is_some() {
                evidence.push(object.evidence(&["status", field], note));
            }
        }
        let refused = object.status.conditions.iter().position(|c| c.kind == "PodScheduled" && c.status == "False");
        if let Some(index) = refused {
            let route = ["status".to_owned(), "conditions".into(), index.to_string(), "message".into()];
            evidence.push(object.evidence(&route, "why it is not scheduled"));
        }
        evidence
    }

    /// The finding about this pod, with its keys.
    pub(super) fn finding(&self, cx: &Context<'_>, out: &Outcome, detail: &str) -> Finding {
        let meta = &self.pod.object.meta;
        let (namespace, name) = (meta.namespace.clone(), meta.name.clone());
        let container = self.container_name();
        let mut subject: Subject = self.pod.object.subject();
        if !container.is_empty() {
            subject = subject.part(container);
        }
        let mut evidence = self.evidence().into_iter();
        let first = evidence.next();
        let ended = matches!(self.trouble, Trouble::Crash | Trouble::Restarted | Trouble::Memory);
        let log = (ended && !container.is_empty())
            .then(|| {
                let running = self.container.as_ref().is_some_and(|view| view.status.state.running.is_some());
                let current = || if running { None } else { cx.pod_log(self.pod, container, false) };
                cx.pod_log(self.pod, container, true).or_else(current)
            })
            .flatten();
        let mut finding = out
            .finding(self.severity(cx), subject, self.title(cx))
            .detail(detail)
            .evidences(first)
            .evidences(log.and_then(last_words::tail))
            .evidences(evidence)
            .key(Key::Pod(namespace.clone(), name.clone()))
            .key(Key::Workload(namespace.clone(), self.workload.name.clone()))
            .run("Look at the pod's events.", format!("kubectl describe pod -n {namespace} {name}"));
        if ended && !container.is_empty() {
            finding =
                finding.run("Read the log of the container that ended.", pod::logs_command(self.pod, container, true));
        }
        let node = self.pod.object.spec.node_name.clone();
        if !node.is_empty() {
            finding = finding.key(Key::Node(node));
        }
        if self.trouble == Trouble::Image {
            // The registry holds all images; where its certificate is not trusted, all nodes have that cause.
            finding = finding.key(registry_key());
            if self.unknown_authority() {
                finding = finding.key(Key::Fabric);
            }
        }
        finding
    }
}

/// What the registry's own finding and the image pulls that need it share.
pub(in crate::rules) fn registry_key() -> Key {
    Key::Object("Deployment".into(), "fab".into(), "zot".into())
}
