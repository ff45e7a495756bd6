"""What the Python charge points share, whatever version they speak: one connector with a car that draws all it is
offered on one phase, charging profiles, and the command line.

Options: --url URL --id ID [--plugged] [--ignore-limits] [--password P] [--ca FILE] [--cert FILE --key FILE]

They measure every second while they charge, come back after a reset, and end when the connection ends otherwise. Each
prints a line for each thing that matters: `connected`, `boot Accepted`, `transaction 1 started`, `draws 10.0 A` ...
"""

import argparse
import asyncio
from datetime import datetime, timedelta, timezone

import websockets

from securing import Way

NAMEPLATE = 32.0
LEAST_OFFER = 6.0
VOLTS = 230.0
TOP_LEVEL = 3


def now():
    return datetime.now(timezone.utc)


def text(time):
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def say(*words):
    print(*words, flush=True)


class Profile:
    """A charging profile as it was set. `said` is kept to be reported."""

    def __init__(self, connector, said, schedule, id, at):
        self.connector, self.id, self.said = connector, id, said
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
    """What is installed, and which limit follows from it (OCPP 1.6, 3.13; OCPP 2.0.1, K01)."""

    def __init__(self):
        self.installed = []

    def put(self, new):
        """Takes the place of the one with its id, or with its purpose, level and connector."""
        place = (new.purpose, new.level, new.connector)
        self.installed = [
            old for old in self.installed if old.id != new.id and (old.purpose, old.level, old.connector) != place
        ]
        self.installed.append(new)

    def matching(self, **asked):
        """Those with all of these properties; what is None is not asked for."""
        asked = {name: value for name, value in asked.items() if value is not None}
        return [old for old in self.installed if all(getattr(old, name) == value for name, value in asked.items())]

    def clear(self, **asked):
        """Takes these away; were there any?"""
        gone = self.matching(**asked)
        self.installed = [old for old in self.installed if old not in gone]
        say("cleared" if gone else "nothing to clear", asked)
        return bool(gone)

    def breaches(self, evse_id, said):
        """Which duties of a platform the setting of a profile breaks (OCPP 2.0.1)."""
        schedule, purpose, kind = said["charging_schedule"][0], said["charging_profile_purpose"], said["charging_profile_kind"]
        others = self.matching(purpose=purpose, level=said["stack_level"], connector=evse_id)
        twice = any(other.id != said["id"] for other in others)
        broken = {
            "K01.FR.03": purpose == "TxProfile" and "transaction_id" not in said,
            "K01.FR.06": purpose != "TxProfile" and twice,
            "K01.FR.16": purpose == "TxProfile" and evse_id == 0,
            "K01.FR.31": schedule["charging_schedule_period"][0]["start_period"] != 0,
            "K01.FR.38": purpose == "ChargingStationMaxProfile" and kind == "Relative",
            "K01.FR.39": purpose == "TxProfile" and twice,
            "K01.FR.40": kind != "Relative" and "start_schedule" not in schedule,
            "K01.FR.41": kind == "Relative" and "start_schedule" in schedule,
        }
        return [rule for rule, is_broken in broken.items() if is_broken]

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
        station = [strongest(purpose) for purpose in ("ChargePointMaxProfile", "ChargingStationMaxProfile")]
        return min([NAMEPLATE, *(limit for limit in (session, *station) if limit is not None)])


class Car:
    """The car, its transaction, and what the charger knows beyond one connection."""

    def __init__(self, plugged, ignores_limits, way):
        self.plugged, self.ignores_limits, self.way = plugged, ignores_limits, way
        self.profiles = Profiles()
        self.transaction = self.since = None
        self.starting = self.resets = self.came_back = False
        self.energy, self.draw = 12_500.0, 0.0

    def free(self):
        return self.plugged and self.transaction is None and not self.starting

    def start(self, transaction):
        self.starting, self.transaction, self.since = False, transaction, now()
        say("transaction", transaction, "started")

    def stop(self):
        """Ends the transaction; its id."""
        ended, self.transaction, self.since, self.draw = self.transaction, None, None, 0.0
        self.profiles.installed = [profile for profile in self.profiles.installed if profile.purpose != "TxProfile"]
        say("transaction", ended, "stopped")
        return ended

    def take(self, profile, fits):
        """Puts a profile in force, if it is one this charger takes; was it?"""
        taken = fits and profile.unit == "A" and profile.kind != "Recurring" and 0 <= profile.level <= TOP_LEVEL
        if taken:
            self.profiles.put(profile)
        say(profile.purpose, profile.id, "taken" if taken else "rejected", profile.periods, profile.duration)
        return taken

    def measure(self):
        """A second goes by: energy (Wh) and current (A)."""
        offered = NAMEPLATE if self.ignores_limits else self.profiles.in_force(now(), self.since)
        draw = offered if self.transaction is not None and offered >= LEAST_OFFER else 0.0
        if draw != self.draw:
            say(f"draws {draw:.1f} A")
        self.draw = draw
        self.energy += draw * VOLTS / 3600
        return self.energy, draw

    def composite(self, duration):
        """The limits in force from now on, one period for each change."""
        start, periods = now(), []
        for second in range(min(duration, 3600)):
            limit = self.profiles.in_force(start + timedelta(seconds=second), self.since)
            if not periods or periods[-1]["limit"] != limit:
                periods.append({"start_period": second, "limit": limit})
        return text(start), periods


class Charger:
    """What a charger does all its life. A version adds `boot`, `status`, `measured`, and its answers."""

    def __init__(self, id, connection, car):
        super().__init__(id, connection)
        self.connection, self.car = connection, car
        self.registered = asyncio.Event()

    async def live(self):
        while not self.registered.is_set():
            answer = await self.boot()
            say("boot", answer.status)
            if answer.status == "Accepted":
                self.registered.set()
                await self.status()
            else:
                try:
                    await asyncio.wait_for(self.registered.wait(), answer.interval)
                except asyncio.TimeoutError:
                    pass  # told to wait: now it may boot again
        while True:
            await asyncio.sleep(1)
            if self.car.transaction is not None:
                await self.measured("Sample.Periodic")

    async def boot_again(self):
        answer = await self.boot()
        say("boot", answer.status)
        if answer.status == "Accepted" and not self.registered.is_set():
            self.registered.set()
            await self.status()

    async def reset(self):
        say("resets")
        self.car.resets = True
        await self.connection.close()


def arguments(*more):
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--id", required=True)
    parser.add_argument("--plugged", action="store_true", help="a car is plugged in")
    parser.add_argument("--ignore-limits", action="store_true", help="takes limits and charges on as before")
    parser.add_argument("--password", help="for Basic authentication")
    parser.add_argument("--ca", help="the root certificate it trusts, PEM")
    parser.add_argument("--cert", help="its own certificate, PEM")
    parser.add_argument("--key", help="the key of that, PEM")
    for name, choices in more:
        parser.add_argument(name, choices=choices, required=True)
    return parser.parse_args()


async def run(given, subprotocol, make):
    """Lives until the connection ends for another reason than a reset."""
    car = Car(given.plugged, given.ignore_limits, Way(given))
    while True:
        async with websockets.connect(car.way.address(), **car.way.options(subprotocol)) as connection:
            say("connected")
            car.came_back, car.resets = car.resets, False
            charger = make(given.id, connection, car)
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(charger.start())
                    tasks.create_task(charger.live())
            except* websockets.ConnectionClosed:
                say("closed")
        if not car.resets:
            return
