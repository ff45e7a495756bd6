"""An OCPP endpoint on the PyPI package `ocpp`, written apart from Chargehand's own code: it takes whoever comes and holds
every message, both ways, against the official schemas.

Options: --version 1.6|2.0.1|2.1. It prints a JSON line for each thing that happens: `{"listening": PORT}`, `{"came":
ACTION, "payload": ...}`, `{"answer": ...}`, `{"error": ...}`, `{"fault": ...}` when something is not as the schemas want
it. On standard input it takes calls for the charger: `{"action": ACTION, "payload": ...}`.
"""

import argparse
import asyncio
import importlib
import json
import sys
from datetime import datetime, timezone

import websockets
from ocpp.charge_point import camel_to_snake_case
from ocpp.routing import on

PACKAGES = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201", "2.1": "ocpp.v21"}
PLAIN = ["DiagnosticsStatusNotification", "FirmwareStatusNotification", "LogStatusNotification", "MeterValues"]
PLAIN += ["SecurityEventNotification", "SignedFirmwareStatusNotification", "StatusNotification", "NotifyReport"]
PLAIN += ["NotifyEvent", "NotifyChargingLimit", "NotifyCustomerInformation", "NotifyMonitoringReport", "NotifyPriorityCharging"]
PLAIN += ["ReportChargingProfiles", "ReservationStatusUpdate", "TransactionEvent"]


def say(**line):
    print(json.dumps(line), flush=True)


def answers(version):
    """What is answered to each action, in the words of the package."""
    accepted = {"status": "Accepted"}
    allowed = {"id_tag_info": accepted} if version == "1.6" else {"id_token_info": accepted}
    time = lambda: datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        **{action: lambda: {} for action in PLAIN},
        "Authorize": lambda: allowed,
        "BootNotification": lambda: {"current_time": time(), "interval": 300, "status": "Accepted"},
        "Heartbeat": lambda: {"current_time": time()},
        "SignCertificate": lambda: accepted,
        "StartTransaction": lambda: {"transaction_id": 4711, **allowed},
        "StopTransaction": lambda: {},
    }


def endpoint(version):
    """The package's class for the other side of a connection, with its answers."""
    results = importlib.import_module(PACKAGES[version] + ".call_result")
    base = importlib.import_module(PACKAGES[version]).ChargePoint

    class Endpoint(base):
        async def route_message(self, raw):
            frame = json.loads(raw)
            if frame[0] == 2:
                say(came=frame[2], payload=frame[3])
            elif frame[0] == 3:
                self.latest = frame[2]
            await super().route_message(raw)

        async def _send(self, message):
            if json.loads(message)[0] == 4:
                say(fault=message)
            await super()._send(message)

    def handler(action, fields):
        def answer(self, **_):
            return getattr(results, action)(**fields())

        # the package finds handlers by their names
        answer.__name__ = "on_" + action
        return on(action)(answer)

    for action, fields in answers(version).items():
        if hasattr(results, action):
            setattr(Endpoint, "on_" + action, handler(action, fields))
    return Endpoint


async def orders(version, chargers):
    """Calls what standard input says, on the connection that stands."""
    calls = importlib.import_module(PACKAGES[version] + ".call")
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        order = json.loads(line)
        charger = chargers[-1]
        try:
            call = getattr(calls, order["action"])(**camel_to_snake_case(order["payload"]))
            await charger.call(call, suppress=False)
            say(answer=charger.latest)
        except Exception as error:
            say(error=f"{type(error).__name__}: {error}")


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--version", choices=list(PACKAGES), required=True)
    version = parser.parse_args().version
    kind, chargers = endpoint(version), []

    async def comes(connection):
        charger = kind(connection.request.path.strip("/"), connection)
        chargers.append(charger)
        try:
            await charger.start()
        except websockets.ConnectionClosed:
            say(gone=charger.id)

    async with websockets.serve(comes, "127.0.0.1", 0, subprotocols=["ocpp" + version]) as server:
        say(listening=server.sockets[0].getsockname()[1])
        await orders(version, chargers)


asyncio.run(main())
