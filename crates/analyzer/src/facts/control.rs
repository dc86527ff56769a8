//! Pods and workloads of the control plane (fabric reference 8.1, FAB-013).

use crate::source::{EntryId, Origin, ScalarStyle};

use super::{Context, Log, LogRef, Object, Pod, PodRole, PodView};

/// Namespaces that rules about the control plane look at.
pub const CONTROL_NAMESPACES: [&str; 3] = ["fab", "kube-system", "cert-manager"];

/// What made a pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workload {
    /// `Deployment`, `DaemonSet`, `StatefulSet` or `Job`.
    pub kind: &'static str,
    /// Name.
    pub name: String,
}

impl Workload {
    /// The workload of a pod: by its owner, else (tables) by the form of its name.
    #[must_use]
    pub fn of(pod: &Object<Pod>) -> Self {
        let owner = pod.meta.owner_references.iter().find_map(|owner| {
            let workload = |kind| Self { kind, name: owner.name.clone() };
            Some(match owner.kind.as_str() {
                "ReplicaSet" => {
                    let name = owner.name.rsplit_once('-').map_or(owner.name.as_str(), |(name, _)| name);
                    Self { kind: "Deployment", name: name.to_owned() }
                }
                "DaemonSet" => workload("DaemonSet"),
                "StatefulSet" => workload("StatefulSet"),
                "Job" => workload("Job"),
                _ => return None,
            })
        });
        owner.unwrap_or_else(|| Self::named(&pod.meta.name))
    }

    /// By the name of a pod: `<deployment>-<hash>-<suffix>` or `<daemonset>-<suffix>`.
    fn named(pod: &str) -> Self {
        let (rest, suffix) = pod.rsplit_once('-').unwrap_or((pod, ""));
        if rest.starts_with("helm-install-") {
            return Self { kind: "Job", name: rest.to_owned() };
        }
        let is_hash = |text: &str| (8..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        match rest.rsplit_once('-').filter(|(_, hash)| is_hash(hash) && hash.bytes().any(|b| b.is_ascii_digit())) {
            Some((name, _)) => Self { kind: "Deployment", name: name.to_owned() },
            None if suffix.len() == 5 => Self { kind: "DaemonSet", name: rest.to_owned() },
            None => Self { kind: "StatefulSet", name: rest.to_owned() },
        }
    }
}

impl<'b> Context<'b> {
    /// True if the capture shows a Hedgehog installation: only then do rules about nodes and pods look. Counts as
    /// reading nothing.
    #[must_use]
    pub fn holds_fabric(&self) -> bool {
        self.facts.holds_fabric()
    }

    /// True for a support dump. Counts as reading nothing.
    #[must_use]
    pub fn is_dump(&self) -> bool {
        self.facts.clock.dump
    }

    /// True if the lines of an entry are whole lines of the outer file: it is a file, or a block (`|`) in one.
    #[must_use]
    pub fn is_verbatim(&self, entry: EntryId) -> bool {
        let Some(entry) = self.facts.sources.get(entry) else { return false };
        match &entry.origin {
            Origin::File => true,
            Origin::Scalar { style, .. } => *style == ScalarStyle::Literal,
            _ => false,
        }
    }

    /// Pods of the control plane's namespaces, without those of the gateways: they have rules of their own.
    pub fn control_pods(&self) -> impl Iterator<Item = PodView<'b>> {
        self.list::<Pod>()
            .iter()
            .filter(|pod| CONTROL_NAMESPACES.contains(&pod.meta.namespace.as_str()))
            .filter(|pod| !pod.meta.name.starts_with("gw--") && PodRole::of(pod).is_none())
            .map(|object| PodView { object, role: PodRole::Dataplane })
    }

    /// The log of a container of a pod.
    #[must_use]
    pub fn pod_log(&self, pod: PodView<'_>, container: &str, previous: bool) -> Option<LogRef<'b>> {
        let meta = &pod.object.meta;
        let log = self.facts.logs.iter().find(|log| {
            log.previous == previous
                && log.pod == meta.name
                && log.namespace == meta.namespace
                && log.container == container
        })?;
        if let Some(source) = Log::source(log.stream) {
            self.note(source);
        }
        Some(LogRef { log, sources: self.facts.sources })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pods_in_tables() {
        let of = |name: &str| {
            let workload = Workload::named(name);
            (workload.kind, workload.name)
        };
        assert_eq!(of("fabric-ctrl-ca97e5177-4rm82"), ("Deployment", "fabric-ctrl".to_owned()));
        assert_eq!(of("alloy-ctrl-zl69v"), ("DaemonSet", "alloy-ctrl".to_owned()));
        assert_eq!(of("helm-install-zot-x8k2p"), ("Job", "helm-install-zot".to_owned()));
        assert_eq!(of("cert-manager-cainjector-5b1c4e251-sfn5x"), ("Deployment", "cert-manager-cainjector".to_owned()));
        assert_eq!(of("web-0"), ("StatefulSet", "web".to_owned()));
    }
}
