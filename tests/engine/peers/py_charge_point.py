"""An OCPP 1.6J charge point on the PyPI package `ocpp`, written apart from Chargehand's own code: what both believe
about OCPP has to meet on the wire.

Usage: py_charge_point.py --url ws://127.0.0.1:PORT/ --id ID [--plugged] [--ignore-limits]

One connector, one phase, 32 A; MeterValues every second while it charges. It ends when the connection ends. Prints a
line for each thing that matters: `connected`, `boot Accepted`, `transaction 1 started`, `draws 10.0 A` ...
"""

import argparse
import asyncio
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import websockets
from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result

NAMEPLATE = 32.0
LEAST_OFFER = 6.0
VOLTS = 230.0
CONFIGURATION = {
    "HeartbeatInterval": "60",
    "MeterValueSampleInterval": "1",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Current.Import",
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
    "ChargeProfileMaxStackLevel": "3",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargingScheduleMaxPeriods": "6",
    "MaxChargingProfilesInstalled": "6",
}


def now():
    return datetime.now(timezone.utc)


def text(time):
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def say(*words):
    print(*words, flush=True)


class Profile:
    """A charging profile as it was set."""

    def __init__(self, connector, said, at):
        schedule = said["charging_schedule"]
        self.connector = connector
        self.id = said["charging_profile_id"]
        self.level = said["stack_level"]
        self.purpose = said["charging_profile_purpose"]
        self.kind = said["charging_profile_kind"]
        self.transaction = said.get("transaction_id")
        self.unit = schedule["charging_rate_unit"]
        self.duration = schedule.get("duration")
        start = schedule.get("start_schedule")
        self.start = datetime.fromisoformat(start.replace("Z", "+00:00")) if start else at
        self.periods = [
            (period["start_period"], float(period["limit"])) for period in schedule["charging_schedule_period"]
        ]

    def limit(self, at, charging_since):
        """Its limit at a time, in amperes; None where it says nothing (not begun, over, no transaction)."""
        start = self.start if self.kind == "Absolute" else charging_since
        if start is None:
            return None
        elapsed = (at - start).total_seconds()
        if elapsed < 0 or (self.duration is not None and elapsed >= self.duration):
            return None
        begun = [limit for second, limit in self.periods if second <= elapsed]
        return begun[-1] if begun else None


class Profiles:
    """What is installed, and which limit follows from it (OCPP 1.6, 3.13)."""

    def __init__(self):
        self.installed = []

    def put(self, new):
        """Takes the place of the one with its id, or with its purpose, level and connector."""
        place = (new.purpose, new.level, new.connector)
        self.installed = [
            old for old in self.installed if old.id != new.id and (old.purpose, old.level, old.connector) != place
        ]
        self.installed.append(new)

    def clear(self, matches):
        kept = [profile for profile in self.installed if not matches(profile)]
        found = len(kept) < len(self.installed)
        self.installed = kept
        return found

    def in_force(self, at, charging_since):
        """The limit in force at a time, in amperes."""

        def strongest(purpose):
            said = [
                (profile.level, profile.connector, limit)
                for profile in self.installed
                if profile.purpose == purpose and (limit := profile.limit(at, charging_since)) is not None
            ]
            return max(said)[2] if said else None

        own = strongest("TxProfile")
        session = own if own is not None else strongest("TxDefaultProfile")
        limits = [limit for limit in (session, strongest("ChargePointMaxProfile")) if limit is not None]
        return min([NAMEPLATE, *limits])


class Charger(ChargePoint):
    def __init__(self, id, connection, plugged, ignores_limits):
        super().__init__(id, connection)
        self.plugged, self.ignores_limits = plugged, ignores_limits
        self.profiles = Profiles()
        self.registered = asyncio.Event()
        self.transaction = self.since = None
        self.starting = False
        self.energy, self.draw = 12_500.0, 0.0

    async def live(self):
        while not self.registered.is_set():
            interval = await self.boot()
            try:
                await asyncio.wait_for(self.registered.wait(), interval)
            except asyncio.TimeoutError:
                pass  # told to wait: now it may boot again
        while True:
            await asyncio.sleep(1)
            if self.transaction is not None:
                await self.measure()

    async def boot(self):
        answer = await self.call(
            call.BootNotification(
                charge_point_vendor="Independent", charge_point_model="PyPI ocpp", firmware_version="2.1.0"
            )
        )
        say("boot", answer.status)
        if answer.status == "Accepted":
            self.registered.set()
            await self.status()
        return answer.interval

    async def status(self):
        state = "Charging" if self.transaction is not None else "Preparing" if self.plugged else "Available"
        await self.call(
            call.StatusNotification(connector_id=1, error_code="NoError", status=state, timestamp=text(now()))
        )

    def current(self):
        offered = NAMEPLATE if self.ignores_limits else self.profiles.in_force(now(), self.since)
        return offered if self.transaction is not None and offered >= LEAST_OFFER else 0.0

    async def measure(self):
        draw = self.current()
        if draw != self.draw:
            say(f"draws {draw:.1f} A")
        self.draw = draw
        self.energy += draw * VOLTS / 3600
        sampled = [
            {"value": f"{self.energy:.0f}", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": f"{draw:.1f}", "measurand": "Current.Import", "phase": "L1", "unit": "A"},
        ]
        await self.call(
            call.MeterValues(
                connector_id=1,
                transaction_id=self.transaction,
                meter_value=[{"timestamp": text(now()), "sampled_value": sampled}],
            )
        )

    @on("GetConfiguration")
    def get_configuration(self, key=None, **_):
        asked = key or list(CONFIGURATION)
        known = [{"key": name, "readonly": True, "value": CONFIGURATION[name]} for name in asked if name in CONFIGURATION]
        unknown = [name for name in asked if name not in CONFIGURATION]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown)

    TRIGGERED = {"BootNotification": boot, "StatusNotification": status, "MeterValues": measure}

    @on("TriggerMessage")
    def trigger(self, requested_message, **_):
        known = requested_message in self.TRIGGERED
        return call_result.TriggerMessage(status="Accepted" if known else "NotImplemented")

    @after("TriggerMessage")
    async def triggered(self, requested_message, **_):
        if requested_message in self.TRIGGERED:
            await self.TRIGGERED[requested_message](self)

    @on("RemoteStartTransaction")
    def remote_start(self, **_):
        free = self.plugged and self.transaction is None and not self.starting
        self.starting = self.starting or free
        return call_result.RemoteStartTransaction(status="Accepted" if free else "Rejected")

    @after("RemoteStartTransaction")
    async def started(self, id_tag, **_):
        if not self.starting or self.transaction is not None:
            return
        answer = await self.call(
            call.StartTransaction(
                connector_id=1, id_tag=id_tag, meter_start=round(self.energy), timestamp=text(now())
            )
        )
        self.starting = False
        if answer.id_tag_info["status"] != "Accepted":
            return say("idTag", answer.id_tag_info["status"])
        self.transaction, self.since = answer.transaction_id, now()
        say("transaction", self.transaction, "started")
        await self.status()

    @on("RemoteStopTransaction")
    def remote_stop(self, transaction_id):
        runs = transaction_id == self.transaction
        return call_result.RemoteStopTransaction(status="Accepted" if runs else "Rejected")

    @after("RemoteStopTransaction")
    async def stopped(self, transaction_id):
        if transaction_id != self.transaction:
            return
        self.transaction = self.since = None
        self.draw = 0.0
        self.profiles.clear(lambda profile: profile.purpose == "TxProfile")
        say("transaction", transaction_id, "stopped")
        await self.call(
            call.StopTransaction(
                meter_stop=round(self.energy), timestamp=text(now()), transaction_id=transaction_id, reason="Remote"
            )
        )
        await self.status()

    @on("SetChargingProfile")
    def set_charging_profile(self, connector_id, cs_charging_profiles):
        profile = Profile(connector_id, cs_charging_profiles, now())
        fits = {
            "ChargePointMaxProfile": connector_id == 0,
            "TxDefaultProfile": connector_id in (0, 1),
            "TxProfile": connector_id == 1
            and self.transaction is not None
            and profile.transaction in (None, self.transaction),
        }[profile.purpose]
        top = int(CONFIGURATION["ChargeProfileMaxStackLevel"])
        taken = fits and profile.unit == "A" and profile.kind != "Recurring" and 0 <= profile.level <= top
        if taken:
            self.profiles.put(profile)
        say(profile.purpose, profile.id, "taken" if taken else "rejected", profile.periods, profile.duration)
        return call_result.SetChargingProfile(status="Accepted" if taken else "Rejected")

    @on("ClearChargingProfile")
    def clear_charging_profile(self, id=None, connector_id=None, charging_profile_purpose=None, stack_level=None):
        asked = {"id": id, "connector": connector_id, "purpose": charging_profile_purpose, "level": stack_level}
        asked = {name: value for name, value in asked.items() if value is not None}
        found = self.profiles.clear(lambda p: all(getattr(p, name) == value for name, value in asked.items()))
        say("cleared" if found else "nothing to clear", asked)
        return call_result.ClearChargingProfile(status="Accepted" if found else "Unknown")

    @on("GetCompositeSchedule")
    def get_composite_schedule(self, connector_id, duration, charging_rate_unit="A"):
        if charging_rate_unit != "A" or connector_id not in (0, 1):
            return call_result.GetCompositeSchedule(status="Rejected")
        start, periods = now(), []
        for second in range(min(duration, 3600)):
            limit = self.profiles.in_force(start + timedelta(seconds=second), self.since)
            if not periods or periods[-1]["limit"] != limit:
                periods.append({"start_period": second, "limit": limit})
        schedule = {"duration": duration, "charging_rate_unit": "A", "charging_schedule_period": periods}
        return call_result.GetCompositeSchedule(
            status="Accepted", connector_id=connector_id, schedule_start=text(start), charging_schedule=schedule
        )


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--id", required=True)
    parser.add_argument("--plugged", action="store_true", help="a car is plugged in")
    parser.add_argument("--ignore-limits", action="store_true", help="takes limits and charges on as before")
    given = parser.parse_args()
    url = f"{given.url.rstrip('/')}/{quote(given.id, safe='')}"
    async with websockets.connect(url, subprotocols=["ocpp1.6"]) as connection:
        say("connected")
        charger = Charger(given.id, connection, given.plugged, given.ignore_limits)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(charger.start())
                tasks.create_task(charger.live())
        except* websockets.ConnectionClosed:
            say("closed")


asyncio.run(main())
