//! Every literal of the references, by the program that writes it (gateway reference 7, fabric reference
//! 3.3, 3.4, 5 and 7).

pub mod agent25;
pub mod alloy;
pub mod any;
pub mod bgp;
pub mod boot;
pub mod cli;
pub mod controller;
pub mod datapath;
pub mod dataplane;
pub mod dhcpd;
pub mod fabric_ctrl;
pub mod fabricator;
pub mod frr;
pub mod journal;
pub mod known_issue;
pub mod switch_agent;
pub mod switch_failure;
pub mod switch_syslog;

use super::literal::Literal;

/// All literals, in the order of their lists.
pub fn all() -> impl Iterator<Item = &'static Literal> {
    [
        dataplane::ALL,
        datapath::ALL,
        frr::ALL,
        bgp::ALL,
        controller::ALL,
        fabric_ctrl::ALL,
        agent25::ALL,
        switch_agent::ALL,
        switch_failure::ALL,
        switch_failure::certificate::LIST,
        known_issue::ALL,
        dhcpd::ALL,
        boot::ALL,
        boot::installer::LIST,
        fabricator::ALL,
        switch_syslog::ALL,
        journal::ALL,
        alloy::ALL,
        cli::ALL,
        any::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}
