//! A switch has a BGP neighbour that nothing asks for.

use super::view::{self, Fabric};
use crate::facts::Context;
use crate::finding::{Confidence, Key, Severity};
use crate::rule::{Domain, Meta, Order, Outcome, Rule, Source};

/// See the metadata.
#[derive(Debug)]
pub(super) struct Unexpected;

static META: Meta = Meta {
    id: "switch-neighbor-unexpected",
    reference: &["BGP-406"],
    title: "A switch has a BGP neighbour that nothing asks for",
    severities: &[Severity::Warning],
    needs: &[Source::Agents],
    uses: view::USES,
    explanation: "\
Compares the neighbours that a switch reports in VRF `default` and `VrfE*` with those that its Connections and \
ExternalAttachments ask for, as `kubectl fabric inspect bgp --strict` does.

## Why it matters

Something configured the switch by hand, or a removed Connection left its session behind. Routes may take that way.

## Not a fault

- a switch that has not applied its newest configuration: what is being removed is still there
- a capture without Connections, unless the Agent's own spec has them
- sessions with servers (`VrfV*`) and of MCLAG pairs

## What to do

Look at the BGP configuration of the switch; the agent removes what it does not know at its next apply.",
    explains: &[],
    order: Order::Wiring,
};

impl Rule for Unexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn domain(&self) -> Domain {
        Domain::Fabric
    }

    fn check(&self, cx: &Context<'_>, out: &mut Outcome) {
        let fabric = Fabric::of(cx);
        if fabric.sessions.unexpected.is_empty() && !fabric.sessions.all.is_empty() {
            out.pass();
        }
        for found in &fabric.sessions.unexpected {
            let switch = found.agent.name();
            let route = ["status", "state", "bgpNeighbors", found.vrf, found.address, "state"];
            let asn = if found.entry.peer_as == 0 { String::new() } else { format!(", AS {}", found.entry.peer_as) };
            let finding = out
                .finding(
                    Severity::Warning,
                    found.agent.subject().part(found.address),
                    format!("{switch} has a BGP neighbour {}{asn} that nothing asks for", found.address),
                )
                .confidence(Confidence::Likely)
                .detail(format!(
                    "No Connection and no ExternalAttachment of {switch} asks for a neighbour with this address in VRF \
                     {}.",
                    found.vrf
                ))
                .evidence(found.agent.evidence(&route, "a neighbour that no Connection and no attachment has"))
                .evidence(found.agent.key_evidence(&["spec", "connections"], "all Connections of the switch"))
                .key(Key::Switch(switch.into()))
                .run("see the sessions", format!("kubectl fabric inspect bgp --switch-name {switch} --strict"));
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use hh_worlds::{World, json};

    use super::Unexpected;
    use crate::testing::said;

    fn extra(vrf: &str) -> World {
        let entry = json!({"state": "established", "enabled": true, "localAS": 65101, "peerAS": 64999});
        World::healthy().small().set("Agent/leaf-01", &format!("/status/state/bgpNeighbors/{vrf}/10.9.9.9"), entry)
    }

    #[test]
    fn nothing_asks_for_it() {
        for vrf in ["default", "VrfEother"] {
            let said = said(&Unexpected, &extra(vrf));
            assert_eq!(said.lines(), ["warning Agent/leaf-01 (10.9.9.9)"]);
            assert_eq!(said.findings[0].evidence[0].value.as_deref(), Some("established"));
            assert!(said.findings[0].title.contains("AS 64999"));
        }
    }

    #[test]
    fn looks_like_it() {
        let healthy = said(&Unexpected, &World::healthy().small());
        assert!(healthy.findings.is_empty() && healthy.passed == 1);
        // Sessions with servers.
        assert!(said(&Unexpected, &extra("VrfVvpc-01")).findings.is_empty());
        // Something is being removed.
        assert!(
            said(&Unexpected, &extra("default").set("Agent/leaf-01", "/metadata/generation", 7)).findings.is_empty()
        );
        // The Connection is gone, the copy in the Agent not yet.
        let gone = World::healthy().small().delete("Connection/leaf-01--gateway--gateway-1");
        assert!(said(&Unexpected, &gone).findings.is_empty());
        // Connections are neither captured nor copied.
        let mut bare = extra("default").without("Connection");
        for switch in ["leaf-01", "leaf-02", "spine-01"] {
            bare = bare.unset(&format!("Agent/{switch}"), "/spec/connections");
        }
        assert!(said(&Unexpected, &bare).findings.is_empty());
        // A capture that was reduced to what gateways need.
        let mut reduced = World::healthy().small().delete("Connection/spine-01--fabric--leaf-01");
        reduced = reduced.delete("Connection/spine-01--fabric--leaf-02");
        for switch in ["leaf-01", "leaf-02", "spine-01"] {
            reduced = reduced.unset(&format!("Agent/{switch}"), "/spec/connections");
        }
        assert!(said(&Unexpected, &reduced).findings.is_empty());
        // A link that was made a minute ago.
        let young = extra("default").set(
            "Connection/leaf-01--gateway--gateway-1",
            "/metadata/creationTimestamp",
            "2026-10-06T09:40:00Z",
        );
        assert!(said(&Unexpected, &young).findings.is_empty());
    }
}
