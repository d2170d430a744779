namespace Coterie.Raft.Tests.Harness;

/// <summary>The state machine: how far it is, and a digest of everything that was applied, in order.</summary>
internal readonly record struct Machine(long Applied, ulong Digest)
{
    public Machine With(RaftEntry entry)
    {
        var digest = Mix(Digest, (ulong)entry.Index);
        foreach (var one in entry.Payload.Span)
        {
            digest = Mix(digest, one);
        }

        return new Machine(entry.Index, digest);
    }

    private static ulong Mix(ulong digest, ulong value) => ((digest ^ value) * 0x9E3779B97F4A7C15) + (digest >> 29);
}
