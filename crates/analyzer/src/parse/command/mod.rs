//! Outputs of commands: the dataplane's client, FRR's `vtysh`, `kubectl fabric inspect`, Linux tools.
//!
//! All readers take the text of one output and give values with byte spans relative to that text. A
//! layout that is not known is an error ([`Unread`]), so that no rule takes it for "empty".

mod bfd_peers;
mod bgp_summary;
mod capture;
mod columns;
mod config_history;
mod frr;
mod inspect;
mod interface_brief;
mod ip_route;
mod linux;
mod piece;
mod prompt;
mod rpc_stats;
mod running_config;
pub mod show_tech;
mod switch_reach;
mod when;
mod zebra_clients;

pub use bfd_peers::{BfdPeer, BfdPeers};
pub use bgp_summary::{BgpFamily, BgpNeighbor, BgpState, BgpSummary, UpDown};
pub use capture::{Read, Unread, captured};
pub use config_history::{HistoryRow, config_history, current_generation};
pub use frr::{FRR_DAEMONS, FrrCommand, show_daemons};
pub use inspect::{InspectKind, InspectRow, InspectTable, inspect_tables};
pub use interface_brief::{BriefInterface, interface_brief};
pub use ip_route::{RouteEntry, RouteHop, RouteTables, VrfTable};
pub use linux::{date_output, ip_link_names};
pub(crate) use piece::Piece;
pub use piece::Spanned;
pub use prompt::{PromptCommand, prompt_commands};
pub use rpc_stats::{RpcOperation, RpcStats};
pub use running_config::{ConfigNeighbor, RouterBgp, RunningConfig};
pub use show_tech::ShowTech;
pub use switch_reach::{SwitchReach, switch_reach};
pub(crate) use when::ctime;
pub use zebra_clients::{ZebraClient, zebra_clients};

#[cfg(test)]
mod reader_tests;
