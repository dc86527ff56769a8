//! Peerings that no gateway serves (point 5).

use hh_worlds::{Value, World, json};

use super::*;

fn plain(cidr: &str) -> Value {
    json!([{"ips": [{"cidr": cidr}]}])
}

/// A peering names the External without `ext.`: the controller finds no such VPC and leaves it out.
#[must_use]
pub fn prefix_forgotten() -> World {
    let mut world = add_peering(
        base(),
        "vpc-02--external-01",
        "default",
        &ago(1503),
        [
            (
                "vpc-02",
                json!([{"ips": [{"cidr": "10.20.2.0/24"}], "as": [{"cidr": "198.51.100.32/30"}], "nat": {"masquerade": {"idleTimeout": "2m0s"}}}]),
            ),
            ("external-01", json!([{"default": true}])),
        ],
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = controller_log(
            world,
            &format!(
                "Oct  6 09:16:15.226 WRN Peered VPC not found while building gateway agent, skipping controller=Gateway gateway={gateway} peering=vpc-02--external-01 vpc=external-01\n"
            ),
        );
    }
    world
}

/// A VPCInfo without internal id holds up every GatewayAgent; the peering that needs it waits.
#[must_use]
pub fn vpc_info_not_ready() -> World {
    let created = ago(642);
    let world = base().add(&format!(
        "apiVersion: vpc.githedgehog.com/v1beta1\nkind: VPC\nmetadata:\n  name: vpc-05\n  namespace: default\n  creationTimestamp: {created:?}\n  generation: 1\n  uid: 0c2b9a57-5df2-4a1b-9f65-3c0d0f7b6a05\nspec:\n  ipv4Namespace: default\n  subnets:\n    subnet-01: {{gateway: 10.20.5.1, subnet: 10.20.5.0/24, vlan: 1005}}\n  vlanNamespace: default\nstatus: {{}}\n---\n\
         apiVersion: gateway.githedgehog.com/v1alpha1\nkind: VPCInfo\nmetadata:\n  name: vpc-05\n  namespace: default\n  creationTimestamp: {created:?}\n  generation: 1\nspec:\n  subnets:\n    subnet-01:\n      cidr: 10.20.5.0/24\n  vni: 600\nstatus: {{}}\n",
    ));
    let mut world = add_peering(
        world,
        "vpc-03--vpc-05",
        "default",
        &ago(630),
        [("vpc-03", plain("10.20.3.0/24")), ("vpc-05", plain("10.20.5.0/24"))],
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = controller_log(
            world,
            &format!(
                "Oct  6 09:41:16.726 WRN VPC not ready while building gateway agent, retrying controller=Gateway gateway={gateway} vpc=vpc-05\n"
            ),
        );
    }
    world
}

/// `gateway-3` was created in namespace `fab`, where no controller looks.
#[must_use]
pub fn wrong_namespace() -> World {
    let mut world = base();
    let mut gateway = world.object("Gateway/gateway-2").clone();
    gateway["metadata"]["name"] = "gateway-3".into();
    gateway["metadata"]["namespace"] = "fab".into();
    gateway["metadata"]["uid"] = "5d0c7b9e-6c0e-4b0e-8f4a-7a4c8f6f1b03".into();
    gateway["metadata"]["generation"] = 1.into();
    gateway["metadata"]["creationTimestamp"] = ago(7264).into();
    gateway["spec"]["protocolIP"] = "172.30.8.5/32".into();
    gateway["spec"]["vtepIP"] = "172.30.12.4/32".into();
    gateway["spec"]["vtepMAC"] = "ca:fe:ba:be:00:03".into();
    gateway["spec"]["interfaces"] = json!({"enp2s1": {"ips": ["172.30.128.17/31"], "mtu": 9100}});
    gateway["spec"]["neighbors"] = json!([{"asn": 65101, "ip": "172.30.128.16", "source": "enp2s1"}]);
    world.objects.push(gateway);
    let mut node = world.object("Node/gateway-2").clone();
    node["metadata"]["name"] = "gateway-3".into();
    node["metadata"]["uid"] = "5d0c7b9e-6c0e-4b0e-8f4a-7a4c8f6f1b13".into();
    node["metadata"]["labels"]["kubernetes.io/hostname"] = "gateway-3".into();
    node["status"]["addresses"] =
        json!([{"address": "172.30.0.9", "type": "InternalIP"}, {"address": "gateway-3", "type": "Hostname"}]);
    world.objects.push(node);
    controller_log(
        world,
        "Oct  6 07:40:13.326 WRN Skipping Gateway in non-default namespace controller=Gateway namespace=fab name=gateway-3\n",
    )
}

/// `gateway-2` was deleted; its GatewayAgent and its pods live on.
#[must_use]
pub fn orphan() -> World {
    base().delete("Gateway/gateway-2").set(
        "GatewayAgent/gateway-1",
        "/spec/groups/default/members",
        json!([{"name": "gateway-1", "priority": 200, "vtepIP": "172.30.12.2/32"}]),
    )
}

/// A pair of VPCs is peered through the fabric and through the gateway.
#[must_use]
pub fn peered_twice() -> World {
    let mut world = add_peering(
        base().without_insights(),
        "vpc-01--vpc-02",
        "default",
        &ago(90_000),
        [("vpc-01", plain("10.20.1.0/24")), ("vpc-02", plain("10.20.2.0/24"))],
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = into_agent(world, "vpc-01--vpc-02", gateway);
        world = applied(world, gateway, 12, 89_990);
    }
    world
}

/// A peering in a group that no gateway is a member of.
#[must_use]
pub fn group_without_members() -> World {
    let world = base()
        .delete("VPCPeering/vpc-01--vpc-02")
        .add(&format!(
            "apiVersion: gateway.githedgehog.com/v1alpha1\nkind: GatewayGroup\nmetadata:\n  name: dmz\n  namespace: default\n  creationTimestamp: {:?}\n  generation: 1\nspec: {{}}\n",
            ago(5000)
        ))
        .without_insights();
    let mut world = add_peering(
        world,
        "vpc-01--vpc-02",
        "dmz",
        &ago(1800),
        [("vpc-01", plain("10.20.1.0/24")), ("vpc-02", plain("10.20.2.0/24"))],
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = into_agent(world, "vpc-01--vpc-02", gateway).set(
            &format!("GatewayAgent/{gateway}"),
            "/metadata/generation",
            12,
        );
        let lines = repeated(1798, 4, 60, |at| {
            dataplane_line(
                at,
                "ERROR",
                "dataplane_mgmt::processor::k8s_client",
                165,
                "Failed to apply the config for genid 12: Failure applying config: A VPC peering object refers to non-existent group 'dmz'",
            )
        });
        world = log_more(world, gateway, "dataplane", &lines);
    }
    world
}

/// A peering exposes a range outside its VPC; both gateways run it, the next edit will be refused.
#[must_use]
pub fn range_outside() -> World {
    let mut world = base().without_insights();
    let wide = json!([{"cidr": "10.20.0.0/20"}]);
    world = world.set("GatewayPeering/vpc-01--vpc-03", "/spec/peering/vpc-01/expose/0/ips", wide.clone()).set(
        "GatewayPeering/vpc-01--vpc-03",
        "/metadata/generation",
        2,
    );
    for gateway in ["gateway-1", "gateway-2"] {
        world = world.set(
            &format!("GatewayAgent/{gateway}"),
            "/spec/peerings/vpc-01--vpc-03/peering/vpc-01/expose/0/ips",
            wide.clone(),
        );
        world = applied(world, gateway, 12, 86_000);
    }
    world
}
