//! Texts that are cut, pasted, hostile or no `show tech`.

use proptest::prelude::*;

use super::super::*;
use super::{read, title};

#[test]
fn no_data_and_unknown_layouts_are_not_empty() {
    let (_, show) = read(&[
        ("Configuration summary", " No configuration is applied\n"),
        ("VPCs (0)", "no data is available\n"),
        ("Flow Table (12 entries)", "Failed to lock flow table\n"),
        ("Packet stats", " something new\n"),
        ("Control-plane interface", " state=3\n"),
        ("Last FRR config applied", " No config is applied\n"),
        ("Brand new section", " a b c\n"),
    ]);
    let unread: Vec<_> = show.unread.iter().map(|part| (part.title.as_str(), part.reason)).collect();
    assert_eq!(
        unread,
        [
            ("Configuration summary", UnreadReason::NoData),
            ("VPCs", UnreadReason::NoData),
            ("Flow Table", UnreadReason::NoData),
            ("Packet stats", UnreadReason::Layout),
            ("Control-plane interface", UnreadReason::Layout),
        ]
    );
    assert!(show.history.is_none() && show.vpcs.is_none() && show.flows.is_none());
    assert!(show.packet_stats.is_none() && show.control_plane.is_none());
    assert!(matches!(show.last_frr_config, Some(LastFrrConfig::None(_))));
    assert_eq!(show.runs_peering("a--b"), None);
}

#[test]
fn a_paste_of_several_commands() {
    let text = format!(
        "dataplane(✔)# show config-summary\n{}  GenId created applied error\n   8 2026/09/27 08:08:03  2026/09/27 08:08:03 none\n\
dataplane(✔)# show pipeline stats\nNot supported: Not implemented yet\ndataplane(✔)# show stats\n{}    Packet result  count\n    Delivered   5\n",
        title("Configuration summary"),
        title("Packet stats"),
    );
    let show = ShowTech::parse(&text).unwrap();
    assert_eq!(show.history.unwrap().len(), 1);
    assert_eq!(show.packet_stats.unwrap().rows.len(), 1);
    assert!(show.skipped.is_empty());
}

#[test]
fn outputs_that_are_none() {
    assert!(matches!(
        ShowTech::parse("dataplane(✔)# show tech\nFailed to connect to dataplane\n"),
        Err(Unread::NoDataplane(_))
    ));
    assert_eq!(ShowTech::parse("\n"), Err(Unread::Empty));
    assert!(matches!(ShowTech::parse("━━not a title━━\nhello\n"), Err(Unread::Layout(_))));
    assert!(matches!(ShowTech::parse("executable file not found in $PATH"), Err(Unread::NotCaptured(_))));
}

#[test]
fn carriage_returns_do_not_matter() {
    let (text, show) = read(&[("Packet stats", "    Packet result  count\n    Delivered   5\n")]);
    let windows = ShowTech::parse(&text.replace('\n', "\r\n")).unwrap();
    assert_eq!(windows.packet_stats.unwrap().rows.len(), show.packet_stats.unwrap().rows.len());
}

#[test]
fn a_cut_table_is_not_read_as_a_short_one() {
    let heading = " VPC                Id     VNI      peers     remote             peering name      \n";
    let row = " vpc-03             00003  300      1         vpc-01             vpc-01--vpc-03    \n";
    let (_, cut) = read(&[("VPCs (2)", &format!("{heading}{row}"))]);
    assert!(cut.vpcs.is_none());
    assert_eq!(cut.runs_peering("vpc-01--vpc-03"), None);
    let (_, whole) = read(&[("VPCs (1)", &format!("{heading}{row}"))]);
    assert_eq!(whole.runs_peering("vpc-01--vpc-03"), Some(true));
    assert_eq!(whole.runs_peering("vpc-01--vpc-04"), Some(false));
    let (_, odd) = read(&[("VPCs (1)", &format!("{heading}{row} one two three\n"))]);
    assert_eq!((odd.skipped.len(), odd.runs_peering("vpc-01--vpc-04")), (1, None));
}

/// Many headings, long lines, wide tables: work that grew with the square of the length would not end.
#[test]
fn hostile_texts_come_back() {
    let n = 30_000;
    let mut texts = vec![title("Flow Table (1 entries)").repeat(n), "━ ".repeat(n), " ━━ x ".repeat(n)];
    let wide = format!("   iface {}\n worker 0: running\n{}", "c ".repeat(n), "   e 1\n".repeat(n));
    texts.push(format!("{}{wide}", title("Packet driver status")));
    texts.push(format!(
        "{}{}",
        title("ROUTER_EVENTS"),
        "1 2026-08-20T 04:11:07: FRR configuration for generation ".repeat(n)
    ));
    texts.push(format!("{}{}", title("Masquerade NAT allocator table"), "  TCP | dest VPC: VNI(3)\n".repeat(n)));
    texts.push(format!("{}Vrf: 'x'\n{}", title("Ipv4 routes (1)"), "10.0.0.0/8 bgp\n via 10.0.0.1\n".repeat(n)));
    for text in &texts {
        let _ = ShowTech::parse(text);
    }
}

proptest! {
    #[test]
    fn never_panics(parts in prop::collection::vec((0_usize..24, "[ -~━■│\\n\u{1b}é]{0,120}"), 0..6), raw in "\\PC{0,200}") {
        let titles = [
            "Configuration summary", "Gateway groups", "Community mappings", "VPCs (1)", "ROUTER_EVENTS",
            "Control-plane interface", "FRR Management interface", "Last FRR config applied", "interfaces (1)",
            "interface addresses", "VRFs (1)", "Ipv4 routes (1)", "Router macs (1)", "Local VTEP configuration",
            "Adjacency table (1)", "Port forwarding table", "Static NAT table", "Masquerade NAT allocator table",
            "Flow Table (1 entries)", "Routing context (flow filter)", "Flow filter", "Packet stats",
            "Packet driver status", "Peerings of VPC:a Id:b vni :1 (1)",
        ];
        let mut text = raw;
        for (index, body) in parts {
            text.push('\n');
            text.push_str(&title(titles.get(index).copied().unwrap_or("x")));
            text.push_str(&body);
        }
        let _ = ShowTech::parse(&text);
    }

    /// Mutations of a good text: cut, and with a piece doubled.
    #[test]
    fn cut_texts_never_panic(from in 0_usize..9000, to in 0_usize..9000) {
        let text = include_str!("../sample.txt");
        let mut cut = String::new();
        cut.push_str(text.get(from..).unwrap_or(""));
        cut.push_str(text.get(..to).unwrap_or(""));
        let _ = ShowTech::parse(&cut);
    }
}
