using System.Globalization;
using Coterie.Campaigns;
using Coterie.Campaigns.CrashImages;

// Started by the crash campaign, which kills it: see CrashWriter.
if (args is [CrashWriter.Argument, var directory, var seed, var count])
{
    await CrashWriter.RunAsync(directory, int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture), Console.Out);
    return 0;
}

var options = CampaignOptions.Parse(args, out var problem);
if (options is null)
{
    Console.Error.WriteLine(problem);
    return problem == CampaignOptions.Usage ? 0 : 2;
}

return options.CrashImages > 0
    ? await new CrashCampaign(options, Console.Out, Console.Error).RunAsync()
    : new SeedCampaign(options, Console.Out, Console.Error).Run();
