//! Whose log or output is this? A path answers only what the bytes cannot.

use std::collections::BTreeSet;

use crate::facts::PodRole;
use crate::parse::log::Stream;
use crate::source::{EntryId, Role, Sources};

/// Who an entry belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Owner {
    /// Namespace of the pod.
    pub(super) namespace: String,
    /// Pod.
    pub(super) pod: String,
    /// Container.
    pub(super) container: String,
    /// Gateway.
    pub(super) gateway: Option<String>,
    /// Switch.
    pub(super) device: Option<String>,
    /// True for the previous container.
    pub(super) previous: bool,
    /// True if known from a path only.
    pub(super) by_name: bool,
}

/// The owner of a log or output, from its role, else from its path.
#[must_use]
pub(super) fn owner(sources: &Sources, id: EntryId, names: &BTreeSet<String>) -> Owner {
    let Some(entry) = sources.get(id) else { return Owner::default() };
    match &entry.role {
        Role::PodLog { namespace, pod, container, previous } => Owner {
            namespace: namespace.clone(),
            pod: pod.clone(),
            container: container.clone().unwrap_or_default(),
            gateway: PodRole::parse(pod).map(|(gateway, _)| gateway.to_owned()),
            previous: *previous,
            ..Owner::default()
        },
        Role::Insight { gateway, .. } => Owner { gateway: Some(gateway.clone()), ..Owner::default() },
        Role::Section { title } => {
            // A prompt or command names the pod or host itself.
            let told = named(title, names);
            if !told.pod.is_empty() || told.gateway.is_some() {
                return Owner { by_name: false, ..told };
            }
            named(sources.get(sources.outer(id)).map_or("", |outer| outer.path.as_str()), names)
        }
        Role::File | Role::Resources => named(&entry.path, names),
    }
}

/// The owner that a path or command names.
fn named(path: &str, names: &BTreeSet<String>) -> Owner {
    let mut owner = layout(path).unwrap_or_else(|| Owner {
        pod: pod_in_path(path).unwrap_or("").to_owned(),
        previous: previous_in_path(path),
        ..Owner::default()
    });
    if owner.container.is_empty() && !owner.pod.is_empty() {
        container_in_path(path).unwrap_or("").clone_into(&mut owner.container);
    }
    owner.gateway = PodRole::parse(&owner.pod)
        .map(|(gateway, _)| gateway.to_owned())
        .or_else(|| gateway_in_path(path, names.iter().map(String::as_str)).map(str::to_owned));
    owner.by_name = true;
    owner
}

/// Pod and container in the layouts of must-gather, troubleshoot.sh and the kubelet's directories
/// (bundle reference 5).
fn layout(path: &str) -> Option<Owner> {
    let parts: Vec<&str> = path.split('/').collect();
    let make = |namespace: &str, pod: &str, container: &str, previous: bool| {
        Some(Owner {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            container: container.to_owned(),
            previous,
            ..Owner::default()
        })
    };
    match parts.as_slice() {
        [.., "namespaces", namespace, "pods", pod, container, _, "logs", file] => {
            make(namespace, pod, container, file.starts_with("previous"))
        }
        [.., "pods", "logs", namespace, pod, file] => {
            let name = file.strip_suffix(".log").unwrap_or(file);
            let container = name.strip_suffix("-previous").unwrap_or(name);
            make(namespace, pod, container, container != name)
        }
        // `<namespace>_<pod>_<uid>/<container>/<restarts>.log`
        [.., pod, container, file] if is_numbered(file) => {
            let (namespace, rest) = pod.split_once('_')?;
            let (pod, _) = rest.split_once('_')?;
            make(namespace, pod, container, false)
        }
        // `<pod>_<namespace>_<container>-<id>.log`
        [.., "containers", file] => {
            let mut names = file.splitn(3, '_');
            let (pod, namespace, rest) = (names.next()?, names.next()?, names.next()?);
            let (container, id) = rest.strip_suffix(".log")?.rsplit_once('-')?;
            (id.len() == 64).then(|| make(namespace, pod, container, false)).flatten()
        }
        _ => None,
    }
}

/// `0.log`, `3.log`, `3.log.20261006-090000`.
fn is_numbered(file: &str) -> bool {
    file.split_once(".log").is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Stream of a container's log; none for containers that no rule reads.
#[must_use]
pub(super) fn stream_of(pod: &str, container: &str) -> Option<Stream> {
    if let Some((_, role)) = PodRole::parse(pod) {
        return match (role, container) {
            (PodRole::Dataplane, "dataplane" | "") => Some(Stream::Dataplane),
            (PodRole::Frr, "frr" | "") => Some(Stream::Frr),
            (PodRole::Agent, "agent" | "") => Some(Stream::GatewayAgent25),
            // Init containers and the exporter: quoted as the reason of an end, no literal is looked for.
            _ => Some(Stream::Any),
        };
    }
    let known = [
        ("fabric-ctrl", Stream::FabricCtrl),
        ("gateway-ctrl", Stream::GatewayCtrl),
        ("fabric-dhcpd", Stream::Dhcpd),
        ("fabric-boot", Stream::Boot),
        ("fabricator-ctrl", Stream::FabricatorCtrl),
        ("alloy-", Stream::Alloy),
    ];
    known.into_iter().find(|(prefix, _)| pod.starts_with(prefix)).map(|(_, stream)| stream)
}

/// Containers of gateway pods (gateway reference 4.1); longer names before their beginnings.
const CONTAINERS: [&str; 8] =
    ["dataplane", "init-ifaces", "init-frr", "flush-zebra-nexthops", "flush-vtepip", "frr-exporter", "frr", "agent"];

/// The container of a gateway pod that the name of a file begins with.
#[must_use]
pub(super) fn container_in_path(path: &str) -> Option<&'static str> {
    let file = path.rsplit('/').next()?;
    CONTAINERS.into_iter().find(|name| file.starts_with(name))
}

/// Stream that a path names, for logs without a pod.
#[must_use]
pub(super) fn stream_in_path(path: &str) -> Option<Stream> {
    let lower = path.to_lowercase();
    let known = [
        ("dataplane", Stream::Dataplane),
        ("fabric-ctrl", Stream::FabricCtrl),
        ("gateway-ctrl", Stream::GatewayCtrl),
        ("fabricator-ctrl", Stream::FabricatorCtrl),
        ("fabric-dhcpd", Stream::Dhcpd),
        ("fabric-boot", Stream::Boot),
        ("controller", Stream::FabricCtrl),
        ("k3s", Stream::Journal),
        ("journal", Stream::Journal),
        ("alloy", Stream::Alloy),
        ("frr", Stream::Frr),
    ];
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    known
        .iter()
        .find(|(word, _)| name.contains(word))
        .or_else(|| known.iter().find(|(word, _)| lower.contains(word)))
        .map(|(_, stream)| *stream)
}

/// The gateway that a path names: the longest known name that stands there as a whole word.
#[must_use]
pub(super) fn gateway_in_path<'n>(path: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let mut best: Option<&str> = None;
    for name in names {
        if names_word(path, name) && best.is_none_or(|known| name.len() > known.len()) {
            best = Some(name);
        }
    }
    best
}

/// True if `name` stands in `path` without a letter or digit beside it.
fn names_word(path: &str, name: &str) -> bool {
    if name.is_empty() {
        return false;
    }
    path.match_indices(name).any(|(at, _)| {
        let before = path.get(..at).and_then(|text| text.chars().next_back());
        let after = path.get(at + name.len()..).and_then(|text| text.chars().next());
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        // `gateway-1-2` is another name than `gateway-1`.
        let longer = path.get(at + name.len()..).is_some_and(|rest| {
            rest.strip_prefix('-').and_then(|rest| rest.chars().next()).is_some_and(|c| c.is_ascii_digit())
        });
        free(before) && free(after) && !longer
    })
}

/// Pod that a path names: `gw--…` or a known controller with its suffixes.
#[must_use]
pub(super) fn pod_in_path(path: &str) -> Option<&str> {
    path.split(['/', ' ', '_', ':', '=']).rev().find_map(|part| {
        let part = ["-current.log", "-previous.log", ".previous.log", ".current.log", ".log", ".txt", ".out", ".prom"]
            .iter()
            .find_map(|suffix| part.strip_suffix(suffix))
            .unwrap_or(part);
        let part = part.split('.').next().unwrap_or(part);
        PodRole::parse(part).map(|_| part)
    })
}

/// True if a path says that a log is of the previous container.
#[must_use]
pub(super) fn previous_in_path(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).to_lowercase().contains("previous")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_in_paths() {
        let names = ["gateway-1", "gateway-10", "gw"];
        assert_eq!(gateway_in_path("metrics-gateway-1.prom", names), Some("gateway-1"));
        assert_eq!(gateway_in_path("metrics-gateway-10.prom", names), Some("gateway-10"));
        assert_eq!(gateway_in_path("gateway-1-2/metrics", names), None);
        assert_eq!(gateway_in_path("metrics.prom", names), None);
    }

    #[test]
    fn pods_in_paths() {
        assert_eq!(pod_in_path("logs/gw--g1--frr-mlt2x.log"), Some("gw--g1--frr-mlt2x"));
        assert_eq!(pod_in_path("logs/gw--g1--frr-mlt2x/frr-previous.log"), Some("gw--g1--frr-mlt2x"));
        assert_eq!(pod_in_path("logs/other.log"), None);
    }

    #[test]
    fn layouts() {
        for (path, expected) in [
            (
                "mg/img/namespaces/fab/pods/gw--g1--frr-mlt2x/frr/frr/logs/previous.log",
                "fab gw--g1--frr-mlt2x frr true",
            ),
            ("sb/cluster-resources/pods/logs/fab/x-1/manager-previous.log", "fab x-1 manager true"),
            ("sb/cluster-resources/pods/logs/fab/x-1/manager.log", "fab x-1 manager false"),
            ("var/log/pods/fab_x-1_12-34/manager/0.log", "fab x-1 manager false"),
            (&format!("var/log/containers/x-1_fab_manager-{}.log", "a".repeat(64)), "fab x-1 manager false"),
        ] {
            let owner = layout(path).unwrap();
            let found = format!("{} {} {} {}", owner.namespace, owner.pod, owner.container, owner.previous);
            assert_eq!(found, expected, "{path}");
        }
        for path in ["logs/x.log", "a/b/c/0.log", "containers/x_y_z.log", "pods/logs/x.log"] {
            assert_eq!(layout(path), None, "{path}");
        }
    }

    #[test]
    fn containers_in_paths() {
        assert_eq!(container_in_path("logs/gw--g1--frr-mlt2x/frr-exporter.log"), Some("frr-exporter"));
        assert_eq!(container_in_path("logs/gw--g1--dataplane-mlt2x/init-ifaces-previous.log"), Some("init-ifaces"));
        assert_eq!(container_in_path("logs/gw--g1--dataplane-mlt2x.log"), None);
    }

    #[test]
    fn streams() {
        assert_eq!(stream_of("gw--g--dataplane-abcde", "dataplane"), Some(Stream::Dataplane));
        assert_eq!(stream_of("gw--g--frr-abcde", "frr-exporter"), Some(Stream::Any));
        assert_eq!(stream_of("gw--g--dataplane-abcde", "init-ifaces"), Some(Stream::Any));
        assert_eq!(stream_of("fabric-ctrl-5c9d7d6f5b-abcde", "manager"), Some(Stream::FabricCtrl));
        assert_eq!(stream_of("coredns-x", "coredns"), None);
    }
}
