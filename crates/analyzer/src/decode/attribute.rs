//! Whose log or output is this? A path answers only what the bytes cannot.

use crate::facts::PodRole;
use crate::parse::log::Stream;

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
    /// True for the previous container.
    pub(super) previous: bool,
    /// True if known from a path only.
    pub(super) by_name: bool,
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
