//! Gateway objects in a namespace where no controller looks at them (gateway reference 1, 1.7).

use super::{Form, Objects, PodRole};
use crate::finding::Subject;
use crate::model::Time;
use crate::source::Place;
use crate::validate::version::Version;

/// An object that no rule but the one about namespaces looks at.
#[derive(Debug, Clone)]
pub struct Misplaced {
    /// The object.
    pub subject: Subject,
    /// The namespace where it belongs.
    pub right: &'static str,
    /// Where its namespace (or its name) stands.
    pub place: Place,
    /// When it was created.
    pub created: Option<Time>,
}

impl Objects {
    /// The namespace of gateway objects: `fab` in the 25.05 form, `default` since v0.44.
    ///
    /// The old form is told by an agent pod, by `status.agentVersion`, or by a Gateway in `fab` while no
    /// captured version is v0.44 or later.
    #[must_use]
    pub fn gateway_namespace(&self) -> &'static str {
        let agents = &self.gateway_agents.objects;
        let old =
            self.pods.objects.iter().any(|pod| matches!(PodRole::parse(&pod.meta.name), Some((_, PodRole::Agent))))
                || agents.iter().any(|agent| !agent.status.agent_version.is_empty());
        if old {
            return "fab";
        }
        let newer = agents
            .iter()
            .any(|agent| agent.status.last_heartbeat.is_some() || !agent.status.state.dataplane.version.is_empty())
            || self.fabricators.objects.iter().any(|fabricator| {
                let node = fabricator.at(&["status", "versions", "fabricator", "controller"]);
                node.and_then(|node| Version::parse(node.text()?)).is_some_and(|v| v.at_least(0, 44, 0))
            })
            // GatewayGroups and the kind GatewayPeering exist since then.
            || !self.gateway_groups.objects.is_empty();
        let mut namespaces: Vec<&str> = self.gateways.objects.iter().map(|o| o.meta.namespace.as_str()).collect();
        if namespaces.is_empty() {
            // A cut capture may hold other objects of theirs only.
            namespaces.extend(self.vpc_infos.objects.iter().map(|o| o.meta.namespace.as_str()));
            namespaces.extend(self.peerings.objects.iter().map(|o| o.meta.namespace.as_str()));
        }
        let only_in_fab = !namespaces.is_empty() && namespaces.iter().all(|namespace| *namespace == "fab");
        if only_in_fab && !newer { "fab" } else { "default" }
    }

    /// Takes the gateway objects that are in a wrong namespace out of the listings.
    pub fn set_aside_misplaced(&mut self) -> Vec<Misplaced> {
        let right = self.gateway_namespace();
        let mut misplaced = Vec::new();
        macro_rules! take {
            ($($field:ident),*) => { $(
                self.$field.take_if(|object| {
                    // Tables without a namespace column prove nothing.
                    object.meta.namespace != right && object.raw.form != Form::Table
                }).into_iter().for_each(|object| {
                    let node = object
                        .at(&["metadata", "namespace"])
                        .or_else(|| object.at(&["metadata", "name"]))
                        .unwrap_or_else(|| object.raw.root());
                    misplaced.push(Misplaced {
                        subject: object.subject(),
                        right,
                        place: node.place(),
                        created: object.meta.creation_timestamp,
                    });
                });
            )* };
        }
        take!(gateways, gateway_groups, peerings, vpc_infos);
        misplaced
    }
}
