using System.Diagnostics;
using System.Globalization;
using Coterie.Model.Histories;

namespace Coterie.Host.Lab;

/// <summary>What the histories of registers say.</summary>
/// <param name="Operations">Calls that were answered, and writes that may have been done.</param>
/// <param name="Unknown">Those among them that may have been done.</param>
/// <param name="Conditional">Writes among them that were done because what they expected was there.</param>
/// <param name="Violation">The shortest part of a history that is not linearizable, call by call; empty: all are.</param>
public sealed record LabHistory(int Operations, int Unknown, int Conditional, IReadOnlyList<string> Violation)
{
    public bool IsLinearizable => Violation.Count == 0;

    /// <param name="began">The lab's beginning, by <see cref="Stopwatch"/>.</param>
    /// <param name="nodes">Their names.</param>
    public static LabHistory Of(IReadOnlyList<LabCall> calls, long began, IReadOnlyList<string> nodes)
    {
        foreach (var register in calls.GroupBy(static call => call.Register).OrderBy(static same => same.Key))
        {
            if (ShortestViolation.Of([.. register.Select(static call => call.Call)]) is { } part)
            {
                return Of([.. part.Select(call => Describe(call, register, began, nodes))]);
            }
        }

        return Of([]);

        LabHistory Of(IReadOnlyList<string> violation) => new(
            calls.Count,
            calls.Count(static call => call.Call.Returned is null),
            calls.Count(static call => call.Call is { Expected: not null, Returned: not null }),
            violation);
    }

    private static string Describe(RegisterCall call, IEnumerable<LabCall> register, long began, IReadOnlyList<string> nodes)
    {
        // In the part a write may have lost its answer, which came too late to matter.
        var whole = register.First(one => one.Call.IsWrite == call.IsWrite && one.Call.Value == call.Value && one.Call.Called == call.Called);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"register {whole.Register}: {(call.IsWrite ? "write" : "read")} {call.Value}{(whole.Call.Expected is { } expected ? $" if {expected}" : "")} at {nodes[whole.Node]}, from {Seconds(call.Called)} to {(whole.Call.Returned is { } returned ? Seconds(returned) : "unknown")}");

        string Seconds(long timestamp) => Stopwatch.GetElapsedTime(began, timestamp).TotalSeconds.ToString("0.000000 s", CultureInfo.InvariantCulture);
    }
}
