using System.Buffers;
using System.Collections.Immutable;
using Coterie.Model.Metadata;
using Coterie.Model.Reads;
using Coterie.Model.Schema;
using Coterie.Model.Time;
using Coterie.Model.Types;

namespace Coterie.Cql.Plans;

/// <summary>A statement, parsed and bound against one schema; immutable, shared by all executions until the schema changes.</summary>
public abstract class Plan
{
    /// <summary>What the client binds, in order.</summary>
    public required ImmutableArray<BindMarker> Markers { get; init; }

    /// <summary>For each partition key column in order the marker that gives it; empty unless every one is given by a marker. Drivers route by it.</summary>
    public required ImmutableArray<ushort> PartitionKeyMarkers { get; init; }

    /// <exception cref="CqlInvalidException">The client bound more or fewer values than there are markers.</exception>
    public void CheckCount(BoundValues values)
    {
        if (values.Count != Markers.Length)
        {
            throw new CqlInvalidException(
                $"Invalid amount of bind variables: the statement has {Markers.Length} markers, {values.Count} values were bound");
        }
    }
}

/// <summary>One <c>?</c> or <c>:name</c>: its column specification in the Prepared response.</summary>
public sealed record BindMarker(string Keyspace, string Table, string Name, CqlType Type);

/// <summary>One column of a result.</summary>
public sealed record ResultColumn(string Keyspace, string Table, string Name, CqlType Type);

/// <summary>When a write is stamped and formed.</summary>
/// <param name="Timestamp">Used unless the statement says USING TIMESTAMP.</param>
public readonly record struct StampContext(WriteTimestamp Timestamp, FormationTime Formed);

/// <summary>INSERT, UPDATE, DELETE.</summary>
public abstract class ModificationPlan : Plan
{
    public required TableSchema Table { get; init; }

    /// <summary>Whether it writes only if a condition holds (IF …): then it is executed by a <see cref="ConditionalWrite"/>.</summary>
    public abstract bool IsConditional { get; }

    /// <summary>Whether the statement says USING TIMESTAMP.</summary>
    public abstract bool HasTimestamp { get; }

    /// <summary>Whether it is stamped by that, with these values.</summary>
    public abstract bool GivesTimestamp(BoundValues values);

    /// <summary>The read that must come first (list element by index, removal from a list by value); null for all else, which is written blind.</summary>
    public abstract ReadCommand? PriorRead(BoundValues values, long nowSeconds);

    /// <summary>Adds what the statement writes.</summary>
    /// <param name="prior">The rows of <see cref="PriorRead"/>, or null.</param>
    /// <exception cref="CqlInvalidException">A bound value is wrong: count, type, null in a key, out of limits.</exception>
    public abstract void AppendTo(MutationSet mutations, BoundValues values, in StampContext stamp, IReadOnlyList<PartitionRows>? prior);
}

/// <summary>SELECT on a user's table or a system table.</summary>
public abstract class SelectPlan : Plan
{
    public required TableSchema Table { get; init; }

    public required ImmutableArray<ResultColumn> Columns { get; init; }

    /// <summary>
    /// What to read, in the order in which results are returned: one command for each partition of an IN, or one for a token range.
    /// Limits are those of the statement; the server lowers them to its page.
    /// </summary>
    public abstract IReadOnlyList<ReadCommand> Reads(BoundValues values, long nowSeconds);

    /// <summary>The statement's LIMIT; <see cref="int.MaxValue"/> if it has none.</summary>
    public abstract int Limit(BoundValues values);

    /// <summary>True for <c>count(*)</c> and the like: all pages are read and one row is returned.</summary>
    public abstract bool IsAggregate { get; }

    /// <summary>Projects rows as they are read; for an aggregate, folds them until <see cref="IRowProjector.Finish"/>.</summary>
    public abstract IRowProjector CreateProjector(BoundValues values, long nowSeconds);
}

/// <summary>Turns reconciled partitions into result rows: each value as the wire has it ([bytes]: length, then bytes; −1 for null), row after row.</summary>
public interface IRowProjector
{
    /// <summary>Appends the partition's live rows in order, at most <paramref name="limit"/>. Returns how many it appended (for an aggregate: folded).</summary>
    int Project(PartitionRows partition, int limit, IBufferWriter<byte> destination);

    /// <summary>Appends the row of an aggregate and returns 1; otherwise 0.</summary>
    int Finish(IBufferWriter<byte> destination);
}

public enum BatchKind : byte
{
    Logged = 0,
    Unlogged = 1,
    Counter = 2,
}

/// <summary>BEGIN BATCH … APPLY BATCH as text. Batches of the protocol's BATCH message are put together by the server from modification plans.</summary>
public sealed class BatchPlan : Plan
{
    public required BatchKind Kind { get; init; }

    /// <summary>The statements, each with the first marker of the batch that is its own.</summary>
    public required ImmutableArray<(ModificationPlan Plan, int FirstMarker)> Statements { get; init; }

    /// <summary>Whether any of them has a condition: then all are written or none, if all conditions hold.</summary>
    public bool IsConditional => Statements.Any(static one => one.Plan.IsConditional);

    /// <summary>The batch's own USING TIMESTAMP: a constant or a marker; null if it has none.</summary>
    public required Func<BoundValues, WriteTimestamp?> Timestamp { get; init; }
}

/// <summary>CREATE, ALTER, DROP, TRUNCATE: the change to propose, and what the SCHEMA_CHANGE answer says.</summary>
public sealed class SchemaPlan : Plan
{
    public required MetadataChange Change { get; init; }

    /// <summary>CREATED, UPDATED, DROPPED; null for TRUNCATE, which answers Void.</summary>
    public required string? ChangeType { get; init; }

    public required string Keyspace { get; init; }

    /// <summary>Null if the change is to the keyspace itself.</summary>
    public required string? Table { get; init; }
}

public sealed class UsePlan : Plan
{
    public required string Keyspace { get; init; }
}
