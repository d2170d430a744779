using System.Collections.Immutable;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Time;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>BEGIN BATCH … APPLY BATCH: each statement a plan of its own, over its part of the markers.</summary>
internal static class BatchBinder
{
    public static BatchPlan Bind(BatchStatement batch, Scope scope)
    {
        var timestampMarkers = batch.Timestamp is MarkerTerm ? 1 : 0;
        var own = new MarkerList("", "", 0, timestampMarkers);
        var timestamp = batch.Timestamp is null ? null : new TermBinder(own, scope.Ids).Bind(batch.Timestamp, NativeType.BigInt, "[timestamp]");
        var statements = ImmutableArray.CreateBuilder<(ModificationPlan Plan, int FirstMarker)>(batch.Statements.Length);
        foreach (var statement in batch.Statements)
        {
            var plan = ModificationBinder.Bind(statement, scope);
            if (timestamp is not null && plan.HasTimestamp)
            {
                throw new CqlInvalidException("Timestamp must be set either on BATCH or individual statements");
            }

            if (timestamp is not null && plan.IsConditional)
            {
                throw new CqlInvalidException("Cannot provide custom timestamp for conditional BATCH");
            }

            statements.Add((plan, statement.FirstMarker));
        }

        var plans = statements.ToImmutable();
        return new BatchPlan
        {
            Kind = batch.Kind,
            Statements = plans,
            Timestamp = values => Timestamp(timestamp, values),
            Markers = [.. OwnMarkers(own, plans), .. plans.SelectMany(s => s.Plan.Markers)],
            PartitionKeyMarkers = PartitionKeyMarkers(plans),
        };
    }

    private static WriteTimestamp? Timestamp(BoundTerm? term, BoundValues values) => StampTerms.Timestamp(term, new TermContext(values, default));

    /// <summary>Drivers expect every marker to name a table, also that of the batch's timestamp.</summary>
    private static IEnumerable<BindMarker> OwnMarkers(MarkerList own, ImmutableArray<(ModificationPlan Plan, int FirstMarker)> plans)
    {
        var table = plans.IsEmpty ? null : plans[0].Plan.Table;
        return own.ToImmutable().Select(m => m with { Keyspace = table?.Keyspace ?? "", Table = table?.Name ?? "" });
    }

    /// <summary>The first statement's, if all are of one table: drivers send the batch where that goes.</summary>
    private static ImmutableArray<ushort> PartitionKeyMarkers(ImmutableArray<(ModificationPlan Plan, int FirstMarker)> plans) =>
        plans.IsEmpty || plans.Any(p => p.Plan.Table != plans[0].Plan.Table)
            ? []
            : [.. plans[0].Plan.PartitionKeyMarkers.Select(m => (ushort)(m + plans[0].FirstMarker))];
}
