//! The dataplane's metrics text alone (point 12).

use crate::Files;

/// The metrics of a gateway of the hand-collected healthy bundle.
fn healthy(gateway: &str) -> String {
    match gateway {
        "gateway-1" => include_str!("../../../../bundles/plain-healthy/metrics-gateway-1.prom"),
        _ => include_str!("../../../../bundles/plain-healthy/metrics-gateway-2.prom"),
    }
    .to_owned()
}

/// Sets the value of a series.
fn series(text: &str, series: &str, value: u64) -> String {
    let mut found = false;
    let changed: String = text
        .lines()
        .map(|line| {
            if line.starts_with(&format!("{series} ")) {
                found = true;
                format!("{series} {value}\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    assert!(found, "no series {series}");
    changed
}

/// Both gateways' metrics; `gateway-1` drops a quarter of what `vpc-02` sends.
#[must_use]
pub fn drops() -> Files {
    let text = healthy("gateway-1");
    let text = series(&text, "vpc_packet_count{drops=\"vpc-02\"}", 164_902);
    let text = series(&text, "vpc_pair_drops_packet_count{from=\"vpc-02\",to=\"vpc-03\"}", 164_902);
    Files::from([
        ("metrics-gateway-1.prom".to_owned(), text.into_bytes()),
        ("metrics-gateway-2.prom".to_owned(), healthy("gateway-2").into_bytes()),
    ])
}

/// Both gateways' metrics; nothing comes back from `vpc-03` to `vpc-01`, on no gateway.
#[must_use]
pub fn one_way() -> Files {
    let back = "vpc_packet_count{from=\"vpc-03\",to=\"vpc-01\"}";
    let file = |gateway: &str| (format!("metrics-{gateway}.prom"), series(&healthy(gateway), back, 0).into_bytes());
    Files::from([file("gateway-1"), file("gateway-2")])
}
