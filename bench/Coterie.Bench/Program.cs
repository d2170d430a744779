using Coterie.Bench;

// dotnet run --configuration Release --project bench/Coterie.Bench -- CASE [NUMBER]
var number = args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : (int?)null;
switch (args.FirstOrDefault())
{
    case "marks":
        await MarkingCase.RunAsync(number ?? 9);
        break;
    case "survey":
        await SurveyCase.RunAsync();
        break;
    case "drift":
        await DriftCase.RunAsync(number ?? 1_000_000, onePartition: false);
        break;
    case "drift-one-partition":
        await DriftCase.RunAsync(number ?? 1_000_000, onePartition: true);
        break;
    case "refill":
        await RefillCase.RunAsync(number ?? 1_000_000);
        break;
    case "steady":
        await SteadyCase.RunAsync(number ?? 300);
        break;
    case "handoff":
        await HandoffCase.RunAsync(number ?? 100_000);
        break;
    case "idle":
        return await IdleCase.RunAsync(number ?? 20);
    case "conditional":
        return await ConditionalCase.RunAsync(number ?? 5);
    default:
        Console.Error.WriteLine("cases: marks [PAIRS], survey, drift [ROWS], drift-one-partition [ROWS], refill [ROWS], steady [SECONDS], handoff [WRITES], idle [SECONDS], conditional [SECONDS]");
        return 64;
}

return 0;
