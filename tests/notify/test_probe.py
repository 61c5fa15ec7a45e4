import asyncio, time, cProfile, pstats, os
from uuid import uuid4
from ihala_contracts.referral_v1 import ReferralStarted
from tests.notify.samples import sample, RECEIVER
from tests.notify.test_api import get, as_of
async def test_probe(http, world, as_of):
    need = uuid4()
    await world.identify(need)
    h = as_of(RECEIVER)
    _, p = await get(http, "/v1/events", h, after="latest")
    ts=[]; ap=[]; cpu=[]; cp2=[]
    prof=cProfile.Profile()
    async with world.listening():
        for i in range(150):
            poll = asyncio.create_task(get(http, "/v1/events", h, after=p["cursor"], wait=25))
            await asyncio.sleep(0.05)
            r=[world.record(sample(ReferralStarted, need_id=need))]
            if i==50 and os.environ.get("PROF"): prof.enable()
            t=time.perf_counter(); c=time.process_time()
            await world.inbox.apply(r)
            ap.append(time.perf_counter()-t); cpu.append(time.process_time()-c)
            _, p = await poll
            assert len(p["events"])==1
            ts.append(time.perf_counter()-t); cp2.append(time.process_time()-c)
    prof.disable()
    if os.environ.get("PROF"): pstats.Stats(prof).sort_stats("cumtime").print_stats(45)
    for x in (ts,ap,cpu,cp2): x.sort()
    print("apply p50 %.1f p99 %.1f ms; delivered p50 %.1f p99 %.1f; cpu apply %.1f all %.1f"%(ap[75]*1e3,ap[148]*1e3,ts[75]*1e3,ts[148]*1e3,cpu[75]*1e3,cp2[75]*1e3))
