//! Counters, drops and the packet driver (gateway reference 8.5).

mod access;
mod commands;
mod driver_overload;
mod driver_worker;
pub(super) mod drops;
mod flow_table;
mod masquerade_pool;
mod mtu;
mod no_traffic;
mod one_way;
mod peerings;
mod port_forward;
mod share;

use crate::rule::Rule;

/// Rules of this area, one line each.
pub const RULES: &[&dyn Rule] = &[
    &driver_worker::DriverWorker,
    &driver_overload::DriverOverload,
    &mtu::Mtu,
    &flow_table::FlowTableFull,
    &drops::Drops,
    &masquerade_pool::MasqueradePoolExhausted,
    &no_traffic::NoTraffic,
    &one_way::OneWay,
    &port_forward::PortForwardNotInstalled,
];

#[cfg(test)]
mod tests {
    use hh_worlds::World;

    use crate::rule::Rule;
    use crate::testing::said;

    /// Severities of what a rule says of a world.
    pub(super) fn severities(rule: &'static dyn Rule, world: &World) -> Vec<String> {
        said(rule, world).findings.into_iter().map(|finding| finding.severity).collect()
    }
}
