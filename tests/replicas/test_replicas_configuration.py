"""The configurations of benchmarks/replicas: what can be shown of them where Envoy and Kubernetes are not."""

import re
from itertools import chain
from typing import Any

import pytest
import yaml

from fakefax.cli.settings import SETTINGS
from fakefax.core.ids import Replica
from tests.replicas.rack import REPLICAS

KUBERNETES: list[dict[str, Any]] = list(yaml.safe_load_all((REPLICAS / "kubernetes.yaml").read_text("utf-8")))
ENVOY = yaml.safe_load((REPLICAS / "envoy.yaml").read_text("utf-8"))["static_resources"]
UPSTREAM = re.compile(r"upstream (\w+) {(.*?)\n\s*}", re.DOTALL)


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (it for it in KUBERNETES if (it["kind"], it["metadata"]["name"]) == (kind, name))
    return found


def upstreams(configuration: str) -> dict[str, list[str]]:
    """The lines of each upstream."""
    return {
        name: [line.strip() for line in lines.split("\n") if line.strip()]
        for name, lines in UPSTREAM.findall(configuration)
    }


def test_every_replica_has_its_upstream_and_is_in_the_others():
    """A key that names a replica finds it, a hashed key any of them; nobody else answers when one is gone."""
    found = upstreams((REPLICAS / "replicas.conf").read_text("utf-8"))
    replicas = [servers for name, servers in found.items() if name.startswith("replica_")]
    assert list(found) == ["by_key", "any", *(f"replica_{number}" for number in range(len(replicas)))]
    own = [line for lines in replicas for line in lines if line.startswith("server")]
    assert [line for line in found["by_key"] if line.startswith("server")] == own
    assert all("max_fails=0" in line for line in own)
    assert [line.rstrip(";") for line in found["any"] if line.startswith("server")] == [
        line.removesuffix(" max_fails=0;") for line in own
    ]


def test_kubernetes_has_the_same_upstreams():
    """The configuration of nginx there is replicas.conf with other addresses."""
    there = named("ConfigMap", "fakefax-replicas")["data"]["replicas.conf"]
    there = re.sub(r"fakefax-(\d):8080", lambda host: f"127.0.0.1:{8081 + int(host[1])}", there)
    assert upstreams(there) == upstreams((REPLICAS / "replicas.conf").read_text("utf-8"))


def test_the_ordinal_of_a_pod_is_the_offset_of_its_ids():
    """Each pod has its number from its label, there is room for more, and a Service leads to each alone."""
    pods = named("StatefulSet", "fakefax")
    spec = pods["spec"]["template"]["spec"]
    assert spec["enableServiceLinks"] is False, "FAKEFAX_PORT would be the address of the Service fakefax"
    (container,) = spec["containers"]
    settings = {variable["name"]: variable for variable in container["env"]}
    assert set(settings) <= {setting.variable for setting in SETTINGS}
    source = settings["FAKEFAX_ID_OFFSET"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert source == "metadata.labels['apps.kubernetes.io/pod-index']"
    for number in range(pods["spec"]["replicas"]):
        Replica(number, int(settings["FAKEFAX_ID_STEP"]["value"]))
        (selector,) = named("Service", f"fakefax-{number}")["spec"]["selector"].items()
        assert selector == ("statefulset.kubernetes.io/pod-name", f"fakefax-{number}")
    assert named("Service", pods["spec"]["serviceName"])["spec"]["clusterIP"] == "None"


def test_every_volume_and_label_of_kubernetes_is_there():
    """Every mount has its volume, every selector its label, and every port its name."""
    for workload in (named("StatefulSet", "fakefax"), named("Deployment", "fakefax-nginx")):
        template = workload["spec"]["template"]
        assert workload["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
        (container,) = template["spec"]["containers"]
        volumes = {volume["name"] for volume in template["spec"].get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in workload["spec"].get("volumeClaimTemplates", [])}
        assert {mount["name"] for mount in container.get("volumeMounts", [])} == volumes
        assert [port["name"] for port in container["ports"]] == ["http"]
    for service in (it for it in KUBERNETES if it["kind"] == "Service"):
        assert service["spec"]["ports"] == [{"port": 8080, "targetPort": "http"}]


@pytest.mark.parametrize("version", ["1.28", "1.33"])
def test_the_schemas_of_kubernetes_accept_it(version):
    """No key is misspelt or misplaced; the schemas are 100 MB and so no dependency of the tests."""
    validate = pytest.importorskip("kubernetes_validate", reason="pip install kubernetes-validate")
    for resource in KUBERNETES:
        validate.validate(resource, version, strict=True)


def test_every_route_of_envoy_leads_to_a_replica():
    """Each cluster that a route names is there, each replica has a route of its own, and nothing is sent twice."""
    clusters = {cluster["name"]: addresses(cluster) for cluster in ENVOY["clusters"]}
    (chain_of_filters,) = ENVOY["listeners"][0]["filter_chains"]
    manager = chain_of_filters["filters"][0]["typed_config"]
    (host,) = manager["route_config"]["virtual_hosts"]
    routes = host["routes"]
    assert {route["route"]["cluster"] for route in routes} == set(clusters)
    own = {name: ports for name, ports in clusters.items() if name.startswith("replica_")}
    assert clusters["by_key"] == clusters["any"] == list(chain(*own.values()))
    suffixes = {
        route["route"]["cluster"]: header["string_match"]["suffix"]
        for route in routes
        for header in route["match"].get("headers", [])
        if "suffix" in header.get("string_match", {})
    }
    assert suffixes == {f"replica_{number}": f"-{number:012}" for number in range(len(own))}
    assert not any("retry_policy" in route["route"] for route in routes)
    assert routes[-1] == {"match": {"prefix": "/"}, "route": {"cluster": "replica_0", "timeout": "0s"}}


def addresses(cluster: dict[str, Any]) -> list[int]:
    (places,) = cluster["load_assignment"]["endpoints"]
    return [it["endpoint"]["address"]["socket_address"]["port_value"] for it in places["lb_endpoints"]]
