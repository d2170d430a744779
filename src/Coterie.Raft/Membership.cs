using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using Coterie.Model;

namespace Coterie.Raft;

/// <summary>What a member is to its group.</summary>
public enum MemberRole : byte
{
    /// <summary>It is no member: it is sent nothing.</summary>
    None,

    /// <summary>It is sent everything, and counts for nothing: how one that is new catches up before it counts (Ongaro's thesis §4.2.1).</summary>
    Learner,

    /// <summary>It votes, and its copies count.</summary>
    Voter,
}

/// <summary>
/// Who is in a group: the cluster configuration of Ongaro's thesis, chapter 4. Never changed; a change is another one, which an entry of the log has as its
/// payload. Of two that differ by one voter, any two majorities meet in a member (thesis §4.1, figure 4.3).
/// </summary>
public sealed class Membership : IEquatable<Membership>
{
    /// <summary>Indexes of members are below it.</summary>
    public const int MembersMax = 64;

    private readonly ulong _voterBits;

    private Membership(ImmutableArray<int> voters, ImmutableArray<int> learners)
    {
        Voters = voters;
        Learners = learners;
        Everyone = [.. voters.Concat(learners).Order()];
        _voterBits = BitsOf(voters);
    }

    /// <summary>By their indexes, rising. At least one.</summary>
    public ImmutableArray<int> Voters { get; }

    public ImmutableArray<int> Learners { get; }

    /// <summary>Voters and learners, by their indexes, rising.</summary>
    public ImmutableArray<int> Everyone { get; }

    /// <summary>So many voters are a majority.</summary>
    public int Majority => Quorum.Of(Voters.Length);

    /// <summary>A new group, of voters 0 to <paramref name="voters"/> - 1.</summary>
    public static Membership Of(int voters)
    {
        Check.That(voters is >= 1 and <= MembersMax);
        return new Membership([.. Enumerable.Range(0, voters)], []);
    }

    /// <exception cref="MalformedDataException">Not what <see cref="Encode"/> made.</exception>
    public static Membership Decode(ReadOnlySpan<byte> bytes)
    {
        // A bit for each voter, a bit for each learner.
        var isWhole = bytes.Length == 2 * sizeof(ulong);
        var (voters, learners) = isWhole ? (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..])) : default;
        return voters != 0 && (voters & learners) == 0
            ? new Membership(MembersOf(voters), MembersOf(learners))
            : throw new MalformedDataException("This is not a membership of a group.");
    }

    /// <summary>Format: docs/formats.md.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _voterBits);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(sizeof(ulong)), BitsOf(Learners));
        return bytes;
    }

    public MemberRole RoleOf(int member) => Voters.Contains(member) ? MemberRole.Voter : Learners.Contains(member) ? MemberRole.Learner : MemberRole.None;

    public bool IsVoter(int member) => Voters.Contains(member);

    /// <summary>Enough of the voters are among these.</summary>
    /// <param name="members">A bit for each, by its index.</param>
    public bool IsMajority(ulong members) => BitOperations.PopCount(members & _voterBits) >= Majority;

    /// <summary>The same, but for one member.</summary>
    public Membership With(int member, MemberRole role)
    {
        Check.That(member is >= 0 and < MembersMax);
        var (voters, learners) = (Voters.Remove(member), Learners.Remove(member));
        var changed = role switch
        {
            MemberRole.Voter => new Membership([.. voters.Add(member).Order()], learners),
            MemberRole.Learner => new Membership(voters, [.. learners.Add(member).Order()]),
            _ => new Membership(voters, learners),
        };
        Check.That(!changed.Voters.IsEmpty, "a group has a voter");
        return changed;
    }

    public bool Equals(Membership? other) => other is not null && Voters.SequenceEqual(other.Voters) && Learners.SequenceEqual(other.Learners);

    public override bool Equals(object? obj) => Equals(obj as Membership);

    public override int GetHashCode() => HashCode.Combine(_voterBits, BitsOf(Learners));

    public override string ToString() => string.Join(' ', Voters) + (Learners.IsEmpty ? "" : $" learning {string.Join(' ', Learners)}");

    private static ulong BitsOf(ImmutableArray<int> members) => members.Aggregate(0UL, static (bits, member) => bits | (1UL << member));

    private static ImmutableArray<int> MembersOf(ulong bits) => [.. Enumerable.Range(0, MembersMax).Where(member => ((bits >> member) & 1) != 0)];
}
