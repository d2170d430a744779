using Coterie.Model;
using Coterie.Model.Reads;
using Microsoft.Extensions.Logging;

namespace Coterie.Coordinator.Reads;

/// <summary>
/// How far a read has come that takes more than one step: what it has, and with which limit to ask next. Pure.
/// </summary>
/// <remarks>
/// The limit grows from step to step while steps bring too little: where one replica has a thousand rows that another knows to be deleted,
/// asking for one live row at a time would take a thousand steps.
/// </remarks>
internal sealed class ScanProgress(ReadCommand command, CoordinatorCounters counters, ILogger logger)
{
    private const int GrowthPerStep = 4;

    private readonly RowAccumulator _rows = new(command);
    private int _extra;
    private int _fruitless;

    public int Live => _rows.Live;

    public bool IsFull => _rows.IsFull;

    public bool WasCut => _rows.WasCut;

    /// <summary>It has looked at too many entries that are dead to go on.</summary>
    public bool IsHopeless { get; private set; }

    /// <summary>How many live rows to ask for next.</summary>
    public int NextLimit => (int)Math.Min(Math.Max((long)command.Limit - _rows.Live, _extra), Math.Max(command.Limit, Limits.PageRowsMax));

    /// <param name="goesOn">The same range will be read on: it stopped short.</param>
    public void Add(in RangeResult result, bool goesOn)
    {
        var before = _rows.Live;
        _rows.Add(result.Partitions);
        if (!goesOn || _rows.IsFull)
        {
            return;
        }

        counters.ShortRead();
        _extra = Math.Min(Math.Max(_extra, GrowthPerStep) * GrowthPerStep, Limits.PageRowsMax);
        _fruitless = _rows.Live > before ? 0 : _fruitless + 1;
        if (_fruitless >= Limits.FruitlessReadsMax)
        {
            CoordinatorLog.Fruitless(logger, command.Table, _fruitless);
            IsHopeless = true;
        }
    }

    public IReadOnlyList<PartitionRows> Finish() => _rows.Finish();
}
