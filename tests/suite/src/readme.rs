//! `bundles/README.md`, from the catalogue.

use std::fmt::Write as _;

use crate::catalogue::EXAMPLES;

const HEAD: &str = "\
# Example bundles

Synthetic support bundles of one small installation: a spine, two leaves (an ESLAG pair), the gateways `gateway-1`
(priority 200) and `gateway-2` (priority 100) in group `default`, each wired to both leaves, four VPCs, an external, three
GatewayPeerings. Captured at 2026-10-06T09:41:17Z. No customer data is in them. Beside each bundle stands its
expectation, `<name>.expect.yaml`: verdict, root causes, the lines that prove them, what must and what must not appear.

## Full captures

| bundle | what it shows |
|---|---|
| `healthy.hhs` | Release 26.03, nothing wrong. The standby has no traffic; unused switch ports are down. |
| `older-healthy.hhs` | Release 26.02, nothing wrong: the same world in that release's forms. |
| `gateway-gen-lag.hhs` | `gateway-2` cannot apply generation 11 and rolls back to 9 every 15 s for 45 minutes: `Interface reconciliation not achieved after 300 passes`. |
| `bgp-down.hhs` | Release 26.02 in the form of the user guide's page. The link from `leaf-02` port `E1/52` to `gateway-2` interface `enp2s2` went down 23 minutes ago and its transceiver is gone; the BGP and BFD sessions over it are down on both ends. The other uplink carries on. |
| `drops.hhs` | `gateway-1` drops packets of `vpc-02` to `vpc-03`: the masquerade pool of peering `vpc-02--vpc-03` is one address with an idle timeout of 30 minutes, and it is used up. |
| `plain-healthy/`, `plain-healthy.zip` | The world of `healthy.hhs` as a user collects it by hand: YAML lists, tables, the dataplanes' metrics. |

## Small bundles, one fault each

Made from `healthy.hhs` (or `older-healthy.hhs`) by

```sh
cargo run -p hh-suite --bin make-bundles
```

and cut down to what gateway rules read. A test checks that the committed files are what this makes. The points are those of
the gateway troubleshooting page: 1 generation, 2 FRR, 3 heartbeat, 4 pods and nodes, 5 peerings, 6 sessions, 7 flapping,
8 prefixes, 9 counters and drops, 10 NAT and ACL, 11 groups and failover, 12 metrics, 13 leaf routes. (Point 14, what a
drop counter of zero does not prove, is in `nothing-arrives.zip` and `drops.hhs`.)

| point | bundle | inside | what is wrong |
|---|---|---|---|
";

/// The README.
#[must_use]
pub fn text() -> String {
    let mut text = HEAD.to_owned();
    for example in EXAMPLES {
        let point = if example.point == 0 { "–".to_owned() } else { example.point.to_string() };
        let slash = if example.file.contains('.') { "" } else { "/" };
        let _ = writeln!(text, "| {point} | `{}{slash}` | {} | {} |", example.file, example.inside(), example.wrong);
    }
    text
}
