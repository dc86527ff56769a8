//! The dataplane's own checks of a configuration (gateway reference 3.2 and 3.3), all of them at once.
//!
//! Not recomputed: the metadata checks of 3.2 (they are no part of the spec), D15 (the API cannot write it) and
//! D24 (apply phase). Absent and empty fields read alike, so rows that differ in that only are one row.

mod acl;
mod groups;
mod infra;
mod nat;
mod peering;
mod vpc;

pub(crate) use acl::scope_violations;

#[cfg(test)]
mod tests;

use crate::model::gateway::{GatewayAgentSpec, PeeringSpec};

use super::expose::{self, Fault, View};
use super::{Subject, Violation};

/// One side of a peering with its exposes resolved.
pub(crate) struct Side<'a> {
    pub(crate) vpc: &'a str,
    /// Whether the agent's spec has the VPC.
    pub(crate) known: bool,
    pub(crate) exposes: usize,
    pub(crate) views: Vec<View<'a>>,
    pub(crate) faults: Vec<(usize, Fault)>,
}

impl Side<'_> {
    /// Whether any block keeps flow state.
    pub(crate) fn is_stateful(&self) -> bool {
        self.views.iter().any(|v| v.mode.is_stateful())
    }
}

/// One peering with its sides in name order.
pub(crate) struct Peering<'a> {
    pub(crate) name: &'a str,
    pub(crate) spec: &'a PeeringSpec,
    /// Field path of its spec.
    pub(crate) base: Vec<String>,
    pub(crate) sides: Vec<Side<'a>>,
}

impl<'a> Peering<'a> {
    /// Resolves a peering of a GatewayAgent's spec.
    fn of_agent(spec: &'a GatewayAgentSpec, name: &'a str, peering: &'a PeeringSpec) -> Self {
        let sides = peering.peering.iter().map(|(vpc, side)| {
            let info = spec.vpcs.get(vpc);
            let (mut views, mut faults) = (Vec::new(), Vec::new());
            for (index, block) in side.expose.iter().enumerate() {
                let (v, f) = expose::resolve(vpc, index, block, &|name| expose::agent_subnet(info, name));
                views.extend(v);
                faults.extend(f.into_iter().map(|fault| (index, fault)));
            }
            Side { vpc, known: info.is_some(), exposes: side.expose.len(), views, faults }
        });
        Self { name, spec: peering, base: route!["peerings", name], sides: sides.collect() }
    }

    /// The two sides, where there are two.
    pub(crate) fn pair(&self) -> Option<(&Side<'a>, &Side<'a>)> {
        match self.sides.as_slice() {
            [a, b] => Some((a, b)),
            _ => None,
        }
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::Peering(self.name.to_owned())
    }

    pub(crate) fn vpc_names(&self) -> impl Iterator<Item = &'a str> {
        self.sides.iter().map(|s| s.vpc)
    }

    /// Field path of a side.
    pub(crate) fn side_route(&self, vpc: &str) -> Vec<String> {
        let mut path = self.base.clone();
        path.extend(route!["peering", vpc]);
        path
    }
}

/// Every rule of gateway reference 3.2 and 3.3 that the spec breaks, but D21 (see [`foreign_groups`]). The order
/// is the dataplane's order of checks, then names.
#[must_use]
pub fn dataplane(spec: &GatewayAgentSpec) -> Vec<Violation> {
    let peerings: Vec<Peering<'_>> =
        spec.peerings.iter().map(|(name, peering)| Peering::of_agent(spec, name, peering)).collect();
    let mut found = Vec::new();
    infra::check(spec, &mut found);
    groups::check(spec, &mut found);
    vpc::check(spec, &mut found);
    if spec.vpcs.is_empty() && !peerings.is_empty() {
        vpc::no_vpcs(&peerings, &mut found);
    }
    for peering in &peerings {
        peering::check(spec, peering, &mut found);
        nat::check(peering, &mut found);
        acl::check(spec, peering, &mut found);
    }
    vpc::check_destinations(spec, &peerings, &mut found);
    found
}

/// D21: the peerings whose group the gateway is not a member of. The dataplane then refuses everything.
/// Objects of 25.05 (no groups, communities or group names at all) have none.
#[must_use]
pub fn foreign_groups(spec: &GatewayAgentSpec) -> Vec<Violation> {
    let named = spec.peerings.values().any(|p| !p.gateway_group.is_empty());
    if spec.groups.is_empty() && spec.communities.is_empty() && !named {
        return Vec::new();
    }
    let foreign = spec.peerings.iter().filter(|(_, p)| !spec.groups.contains_key(p.group()));
    foreign
        .map(|(name, peering)| {
            let group = peering.group();
            Violation::new(
                "D21",
                Subject::Peering(name.clone()),
                route!["peerings", name, "gatewayGroup"],
                format!("A VPC peering object refers to non-existent group '{group}'"),
                format!(
                    "The peering is served by group \"{group}\", of which this gateway is no member; its dataplane \
                     refuses the whole configuration."
                ),
            )
            .vpcs(peering.peering.keys().map(String::as_str))
        })
        .collect()
}
