//! Labels back to field names.
//!
//! `kubectl` splits a key of letters and dashes at its capitals and capitalises the parts; keys with any
//! other character are printed as they are. For field names the way back is exact, as they start with a
//! lower case letter. For keys of maps it depends on what the keys are.

/// What the keys below a field are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// Fields of a struct.
    Fields,
    /// Object names: lower case.
    Names,
    /// VRFs: `default` or `Vrf…`.
    Vrfs,
    /// Names that the NOS gives to parts, mostly with blanks: printed as they are.
    Parts,
    /// Anything else.
    Other,
}

impl Keys {
    /// The key that was printed as `label`.
    pub(super) fn key(self, label: &str) -> String {
        if label.chars().any(|c| !(c.is_alphabetic() || c == '-' || c == ' ')) {
            return label.to_owned();
        }
        // Splitting puts blanks around dashes.
        if self == Self::Parts || label.split(' ').any(|word| word.contains('-') && word.contains(char::is_alphabetic))
        {
            return label.to_owned();
        }
        match self {
            Self::Fields => {
                let (first, rest) = label.split_once(' ').unwrap_or((label, ""));
                let mut key = first.to_lowercase();
                key.extend(rest.chars().filter(|c| *c != ' '));
                key
            }
            Self::Names => label.chars().filter(|c| *c != ' ').collect::<String>().to_lowercase(),
            Self::Vrfs if label == "Default" => "default".to_owned(),
            Self::Vrfs | Self::Parts | Self::Other => label.chars().filter(|c| *c != ' ').collect(),
        }
    }
}

/// The last two steps of a route.
fn tail(path: &[String]) -> (&str, &str) {
    let step = |back: usize| path.len().checked_sub(back).and_then(|at| path.get(at)).map_or("", String::as_str);
    (step(2), step(1))
}

/// What the keys below this route are (fabric reference 1 and 2, gateway reference 1).
pub(super) fn keys(kind: &str, path: &[String]) -> Keys {
    let (before, last) = tail(path);
    match (before, last) {
        (_, "bgpNeighbors" | "bfdPeers" | "vrfs") => Keys::Vrfs,
        ("bgpNeighbors" | "bfdPeers", _) => Keys::Other,
        ("external" | "externals", "vpcs") => Keys::Fields,
        (_, "connections" | "vpcs" | "peerings" | "peering" | "switches" | "externals") => Keys::Names,
        (_, "vpcAttachments" | "vpcPeers" | "ipv4Namespaces" | "vlanNamespaces") => Keys::Names,
        (_, "externalAttachments" | "externalPeerings" | "subnets" | "groups") => Keys::Names,
        (_, "attachedVPCs" | "configuredVPCSubnets" | "gatewayDataplane" | "gatewayFRR") => Keys::Names,
        (_, "connectionIDs" | "vpcVNIs" | "vpcSubnetVNIs" | "vpcInfoIDs" | "irbVLANs") => Keys::Names,
        (_, "portChannelIDs" | "externalIDs" | "subnetIDs" | "defaultSwitchUsers" | "onie" | "tags") => Keys::Names,
        (_, "loopbackWorkaroundLinks" | "loopbackWorkaroundVLANs") => Keys::Names,
        ("vpcSubnetVNIs", _) | ("fabric", "nos") => Keys::Names,
        (_, "permit") if kind == "VPCPeering" || is_agent_peering(path) => Keys::Names,
        (_, "fans" | "psus" | "temps") => Keys::Parts,
        (_, "interfaces" | "transceivers" | "breakouts") => Keys::Other,
        (_, "firmware" | "channels" | "queues" | "portGroups" | "portProfiles" | "pipelines") => Keys::Other,
        (_, "supported" | "allocated" | "communities" | "gatewayCommunities") => Keys::Other,
        (_, "portSpeeds" | "portGroupSpeeds" | "portBreakouts" | "portAutoNegs" | "portFECs") => Keys::Other,
        (before, "ports") if before != "portForward" => Keys::Other,
        ("dhcp", "static") => Keys::Other,
        (_, "neighbors") if !is_list(kind, path) => Keys::Other,
        _ => Keys::Fields,
    }
}

/// `vpcPeers.<name>.permit` of an Agent.
fn is_agent_peering(path: &[String]) -> bool {
    path.len().checked_sub(3).and_then(|at| path.get(at)).is_some_and(|step| step == "vpcPeers")
}

/// True where the field at this route is a list of objects. Lists of one object look like objects.
pub(super) fn is_list(kind: &str, path: &[String]) -> bool {
    let (before, last) = tail(path);
    match last {
        "links" | "peerLinks" | "sessionLinks" | "members" | "expose" | "ips" | "as" | "rules" | "src" | "dst"
        | "conditions" | "lldpNeighbors" | "ranges" | "staticRoutes" | "ownerReferences" | "users" | "vpcIRBVLANs"
        | "statements" | "advertisedRoutes" => true,
        "th5WorkaroundVLANs" => kind == "Fabricator",
        "neighbors" => before == "gateway" || before == "spec",
        "groups" => before == "gateway" || (kind == "Gateway" && before == "spec"),
        "ports" => before == "portForward",
        "prefixes" => before == "external",
        "permit" => (kind == "VPCPeering" && before == "spec") || is_agent_peering(path),
        _ => false,
    }
}

/// True for lists whose objects have exactly one field each.
pub(super) fn is_list_of_single_fields(path: &[String]) -> bool {
    matches!(tail(path).1, "ips" | "as")
}

/// True for fields that mean something by being there, even empty.
pub(super) fn counts_when_empty(key: &str) -> bool {
    matches!(key, "static" | "masquerade" | "portForward" | "spineLeaf" | "running")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for (label, key) in [
            ("Last Applied Gen", "lastAppliedGen"),
            ("API Version", "apiVersion"),
            ("UID", "uid"),
            ("Vtep IP", "vtepIP"),
            ("Vpc VN Is", "vpcVNIs"),
            ("Fabric API", "fabricAPI"),
            ("ipv4UnicastPrefixes", "ipv4UnicastPrefixes"),
            ("Asn", "asn"),
        ] {
            assert_eq!(Keys::Fields.key(label), key);
        }
        for (label, key) in [("Gw - East", "gw-east"), ("App -- Store", "app--store"), ("vpc-01", "vpc-01")] {
            assert_eq!(Keys::Names.key(label), key);
        }
        for (label, key) in [("Default", "default"), ("Vrf Eisp", "VrfEisp"), ("VrfEisp-1", "VrfEisp-1")] {
            assert_eq!(Keys::Vrfs.key(label), key);
        }
        assert_eq!(Keys::Parts.key("FanTray 1 Fan 1"), "FanTray 1 Fan 1");
        assert_eq!(Keys::Parts.key("PT Mid"), "PT Mid");
        assert_eq!(Keys::Other.key("On-board"), "On-board");
        assert_eq!(Keys::Other.key("CPU"), "CPU");
    }
}
